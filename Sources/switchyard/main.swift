import Commands

runSwitchyard()
