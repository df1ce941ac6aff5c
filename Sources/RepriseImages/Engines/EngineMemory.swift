import RepriseModel
import RepriseSystem

/// The file with what engines told. Losing it costs time only; the last of several writers wins.
struct EngineMemory {
    let path: String
    let files: any FileSystem

    private struct Content: Codable {
        var version = 1
        var engines: [String: EngineFacts] = [:]
    }

    func facts(of key: String) -> EngineFacts? { content.engines[key] }

    /// Nil forgets.
    func remember(_ facts: EngineFacts?, of key: String) {
        var content = content
        // Engines come and go with boots and updates; what is old is asked again.
        if content.engines.count > 32 { content.engines = [:] }
        content.engines[key] = facts
        guard let value = try? Value(encoding: content) else { return }
        // A store that cannot be written is no reason not to use an engine.
        try? files.makeFolder(folder(of: path))
        try? files.write(value.json(pretty: true) + "\n", to: path)
    }

    private var content: Content {
        guard let bytes = try? files.read(path, limit: 1 << 20),
            let content = try? Value(json: bytes[...]).decode(Content.self), content.version == 1
        else { return Content() }
        return content
    }
}
