import Glibc
import Memory
import TestSupport
import Testing

@testable import Checkpoints

@Suite struct SafetensorsWriterTests {
    let tensors: [(String, HostTensor)] = [
        ("model.ü", HostTensor(floats: [1, -2, .nan, .infinity], shape: [2, 2])),
        ("none", HostTensor(int32: [], shape: [0, 5])),
        ("bytes", HostTensor(int8: [-1, 0, 1], shape: [3])),
        ("last", HostTensor(int32: [7], shape: [])),
    ]

    @Test func whatIsWrittenIsRead() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/model.safetensors"
            let metadata = ["format": "pt", "quote": "\"\n"]
            try SafetensorsWriter.write(tensors, metadata: metadata, to: path)
            let file = try SafetensorsFile(path: path)
            #expect(file.names == tensors.map(\.0))
            #expect(file.metadata == metadata)
            for (name, expected) in tensors {
                let tensor = try file.require(name, shape: expected.shape)
                #expect(tensor.format == .plain(expected.dtype))
                #expect(unsafe Array(tensor.bytes) == expected.bytes)
            }
            extendLifetime(file)
            #expect(listing(folder) == ["model.safetensors"])
            let bytes = try SafetensorsWriter.bytes(tensors, metadata: metadata)
            #expect(unsafe bytes == Array(file.file.bytes))
        }
    }

    @Test("aligned tensors start at multiples of the alignment", arguments: [16, 64, 4_096])
    func alignedTensors(alignment: Int) throws {
        let entries = tensors.map {
            SafetensorsLayout.Entry(name: $0.0, dtype: $0.1.dtype, shape: $0.1.shape)
        }
        let layout = try SafetensorsLayout(entries, alignment: alignment, path: "x")
        #expect(layout.places.allSatisfy { $0.offset % alignment == 0 })
        try withTemporaryFolder { folder in
            let path = folder + "/a.safetensors"
            var stream = try SafetensorsStream(layout, to: path)
            for (name, tensor) in tensors {
                // In two pieces, since a tensor may come in several.
                let middle = tensor.bytes.count / 2
                let (head, tail) = (tensor.bytes[..<middle], tensor.bytes[middle...])
                try unsafe stream.append(head.span.bytes, to: name)
                try unsafe stream.append(tail.span.bytes, to: name)
            }
            #expect(listing(folder) != ["a.safetensors"])
            try stream.finish()
            let file = try SafetensorsFile(path: path)
            #expect(file.names == tensors.map(\.0))
            for (name, expected) in tensors {
                let tensor = try file.require(name)
                #expect(unsafe Array(tensor.bytes) == expected.bytes)
                #expect(tensor.offset % alignment == 0)
            }
            extendLifetime(file)
        }
    }

    @Test func anUnfinishedFileLeavesNoTrace() throws {
        let layout = try SafetensorsLayout(
            [.init(name: "a", dtype: .u8, shape: [100])], path: "x")
        try withTemporaryFolder { folder in
            do {
                var stream = try SafetensorsStream(layout, to: folder + "/a.safetensors")
                try unsafe stream.append([1, 2, 3].span.bytes, to: "a")
                #expect(listing(folder).count == 1)
            }
            #expect(listing(folder).isEmpty)
        }
    }

    @Test func aFileReplacesItsPredecessorWhole() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/a.safetensors"
            try SafetensorsWriter.write(tensors, to: path)
            let old = try SafetensorsFile(path: path)
            let before = touchAll(old)
            try SafetensorsWriter.write([("x", HostTensor(int32: [1], shape: [1]))], to: path)
            #expect(try SafetensorsFile(path: path).names == ["x"])
            #expect(touchAll(old) == before)
        }
    }

    @Test func aFileLargerThanItsFileSystemIsRefusedBeforeItIsOpened() throws {
        let layout = try SafetensorsLayout(
            [.init(name: "a", dtype: .u8, shape: [1 << 58])], path: "x")
        try withTemporaryFolder { folder in
            let error = #expect(throws: CheckpointError.self) {
                _ = try SafetensorsStream(layout, to: folder + "/a.safetensors")
            }
            #expect(error?.description.contains("free") == true)
            #expect(listing(folder).isEmpty)
        }
    }

    @Test func aFolderThatIsNotThereIsNamed() {
        let error = #expect(throws: CheckpointError.self) {
            try SafetensorsWriter.write(tensors, to: "/nonexistent/a.safetensors")
        }
        #expect(error?.description.contains("/nonexistent") == true)
    }

    @Test("names that repeat or are reserved throw", arguments: ["a", "__metadata__"])
    func badNames(name: String) {
        let entries = ["a", name].map {
            SafetensorsLayout.Entry(name: $0, dtype: .u8, shape: [1])
        }
        #expect(throws: CheckpointError.self) { try SafetensorsLayout(entries, path: "x") }
    }
}
