package import Checkpoints
package import JSON
import Memory

/// A pack (`.switchyard`): a safetensors file with everything a model needs. Its weights are in the
/// form that the CPU computes with. It is mapped, so opening it reads only its header.
package struct PackFile: Sendable {
    package let file: SafetensorsFile
    package let configuration: JSONObject
    package let files: ModelFiles
    /// A description of how the weights were made, for `inspect`.
    package let description: String

    /// The version of the format. Packs of another version are refused.
    package static let version = "1"
    package static let formatName = "switchyard-pack"
    /// Texts are stored as tensors of bytes whose names have this prefix.
    package static let textPrefix = "text/"

    /// Whether a safetensors file says that it is a pack.
    package static func isPack(_ file: SafetensorsFile) -> Bool {
        file.metadata["format"] == formatName
    }

    /// - layout: the tag of the layout that the caller can read.
    package init(_ file: SafetensorsFile) throws(CheckpointError) {
        guard file.metadata["version"] == Self.version else {
            throw CheckpointError(
                .unsupported(
                    "pack version '\(file.metadata["version"] ?? "none")'",
                    remedy: "this program reads version \(Self.version): pack the model again"),
                in: file.location)
        }
        let text = file.metadata["configuration"] ?? ""
        guard let json = (try? JSONParser.parse(Array(text.utf8)))?.objectValue else {
            throw CheckpointError(
                .malformed("the pack's configuration is not a JSON object"), in: file.location)
        }
        self.file = file
        configuration = json
        description = file.metadata["scheme"] ?? ""
        var texts: [String: [UInt8]] = [:]
        for name in file.names where name.hasPrefix(Self.textPrefix) {
            guard let tensor = file.tensor(name), tensor.format == .plain(.u8) else { continue }
            texts[String(name.dropFirst(Self.textPrefix.count))] = unsafe Array(tensor.bytes)
        }
        files = ModelFiles(texts: texts)
    }

    /// The tag of the layout of the weights.
    package var layoutTag: String { file.metadata["layout"] ?? "" }

    /// The metadata of a pack's file.
    package static func metadata(
        configuration: JSONObject, layout: String, scheme: String
    ) -> [String: String] {
        [
            "format": formatName, "version": version, "layout": layout, "scheme": scheme,
            "configuration": JSONWriter.string(.object(configuration)),
        ]
    }
}
