import RepriseExperiments
import RepriseModel
import RepriseSystem

extension Laboratory {
    /// Writes a first experiment, a site file and an ignore file into this folder; returns their names. Replaces nothing
    /// unless `force`.
    public func scaffold(force: Bool = false) throws -> [String] {
        let parts = lastName(of: folder).map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" ? $0 : "-" }
        let name = parts.isEmpty ? "first" : String(parts)
        return try Scaffold(files: world.files, folder: folder, name: name, schema: Self.schema()).write(force: force)
    }

    /// The JSON Schema (draft 2020-12) of experiment files, for editors.
    public static func schema() -> String { experimentSchemaJSON() }
}
