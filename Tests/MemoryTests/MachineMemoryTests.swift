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

    @Test(
        "the smallest limit counts if it is less than the machine has",
        arguments: [
            (["/memory.max": "max", "/a/memory.max": "300", "/a/b/memory.max": "200\n"], 200),
            (["/memory.max": "150", "/a/memory.max": "300", "/a/b/memory.max": "200"], 150),
            (["/a/memory.max": "5000", "/a/b/memory.max": "max"], 1000),
            // What cannot be read says nothing.
            (["/a/memory.max": "300"], 300), ([:], 1000),
            (["/other/memory.max": "10", "/a/memory.max": "nonsense"], 1000),
        ])
    func smallest(files: [String: String], expected: Int) {
        let root = "/sys/fs/cgroup"
        let bytes = MachineMemory.bytes(machine: 1000, groups: "0::/a/b\n") { path in
            path.hasPrefix(root) ? files[String(path.dropFirst(root.count))] : nil
        }
        #expect(bytes == expected)
    }

    @Test("there is some") func bytes() {
        #expect(MachineMemory.bytes > 1 << 20)
    }
}
