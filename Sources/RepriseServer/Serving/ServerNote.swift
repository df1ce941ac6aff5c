import OrderedCollections
import RepriseModel
import RepriseSystem

/// Where the server of a store can be reached: `server.json` in the store, while it serves.
package struct ServerNote: Hashable, Sendable {
    package var url: String
    package var process: Int32
    /// Milliseconds from the machine's boot to the process's start, which tells it from a later one of the same number.
    package var started: Int64

    package static func path(in store: String) -> String { store + "/server.json" }

    /// The server that serves the store now; nil where there is none, or where it died without a word.
    package static func running(in store: String, _ files: any FileSystem) -> ServerNote? {
        guard let bytes = try? files.read(path(in: store), limit: 64 << 10),
            let map = (try? Value(json: bytes[...]))?.mapValue,
            let url = map["url"]?.stringValue, let started = map["started"]?.integerValue,
            let process = map["process"]?.integerValue.flatMap(Int32.init(exactly:))
        else { return nil }
        let note = ServerNote(url: url, process: process, started: started)
        return note.isAlive ? note : nil
    }

    /// Notes this process down while `body` runs. Where another server of the store has done so, its note stays.
    package static func keep<Result: Sendable>(
        url: String,
        in store: String,
        _ files: any FileSystem,
        while body: () async throws -> Result
    ) async throws -> Result {
        guard running(in: store, files) == nil, let facts = ProcessTable().facts(of: processID()) else {
            return try await body()
        }
        let note = ServerNote(url: url, process: facts.id, started: facts.started)
        try files.write(note.value.json(pretty: true) + "\n", to: path(in: store))
        defer {
            // A note that stays behind is recognised as stale.
            if running(in: store, files) == note { try? files.remove(path(in: store)) }
        }
        return try await body()
    }

    private var value: Value {
        ["url": .string(url), "process": .integer(Int64(process)), "started": .integer(started)]
    }

    private var isAlive: Bool {
        guard let facts = ProcessTable().facts(of: process) else { return false }
        return facts.started == started && !facts.isZombie
    }
}
