import Testing

@testable import Memory

@Suite("The memory a process may use") struct MachineMemoryTests {
    @Test("a limit is looked for in a process's control group and those above it") func files() {
        #expect(
            MachineMemory.limitFiles(groups: "0::/system.slice/x.service\n") == [
                "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/system.slice/memory.max",
                "/sys/fs/cgroup/system.slice/x.service/memory.max",
            ])
        #expect(MachineMemory.limitFiles(groups: "0::/\n") == ["/sys/fs/cgroup/memory.max"])
        #expect(
            MachineMemory.limitFiles(groups: "9:cpu,memory:/docker/a:b\n3:pids:/docker\n1:name=x:/")
                == [
                    "/sys/fs/cgroup/memory/memory.limit_in_bytes",
                    "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                    "/sys/fs/cgroup/memory/docker/a:b/memory.limit_in_bytes",
                ])
        #expect(MachineMemory.limitFiles(groups: "") == [])
        #expect(MachineMemory.limitFiles(groups: "nonsense\n0::relative\n::") == [])
    }

    @Test("only a number of bytes is a limit") func limit() {
        #expect(MachineMemory.limit("1073741824\n") == 1 << 30)
        #expect(MachineMemory.limit("max\n") == nil)
        #expect(MachineMemory.limit("") == nil)
        #expect(MachineMemory.limit("0\n") == nil)
        #expect(MachineMemory.limit("99999999999999999999999\n") == nil)
    }

    @Test("there is some") func bytes() {
        #expect(MachineMemory.bytes > 1 << 20)
    }
}
