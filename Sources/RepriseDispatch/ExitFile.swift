import OrderedCollections
import RepriseModel
import RepriseSystem

/// `exit.json` in a job's folder.
package enum ExitFile {
    package static let name = "exit.json"

    /// nil where there is none, or none that is whole.
    package static func read(in folder: String, _ files: any FileSystem) -> ExitRecord? {
        guard let bytes = try? files.read(folder + "/" + name, limit: 64 << 10),
            let map = try? Value(json: bytes[...]).mapValue
        else { return nil }
        func number(_ key: String) -> Int64? { map[key]?.integerValue }
        let record = ExitRecord(
            status: number("status").map { Int($0) },
            signal: number("signal").map { Int($0) },
            startedAt: number("startedAt").map { Timestamp(milliseconds: $0) },
            endedAt: number("endedAt").map { Timestamp(milliseconds: $0) },
            userMilliseconds: number("userMilliseconds"),
            systemMilliseconds: number("systemMilliseconds"),
            peakMemory: number("peakMemory"),
            outOfMemory: map["outOfMemory"]?.boolValue
        )
        return record.status == nil && record.signal == nil ? nil : record
    }

    /// Writes it for a job whose script could not, so that everybody reads the same.
    package static func write(_ record: ExitRecord, in folder: String, _ files: any FileSystem) throws(FileError) {
        let fields: [(String, Int64?)] = [
            ("status", record.status.map { Int64($0) }),
            ("signal", record.signal.map { Int64($0) }),
            ("startedAt", record.startedAt?.milliseconds),
            ("endedAt", record.endedAt?.milliseconds),
            ("userMilliseconds", record.userMilliseconds),
            ("systemMilliseconds", record.systemMilliseconds),
            ("peakMemory", record.peakMemory),
        ]
        var words = fields.compactMap { name, value in value.map { "\"\(name)\":\($0)" } }
        if let outOfMemory = record.outOfMemory { words.append("\"outOfMemory\":\(outOfMemory)") }
        let text = words.joined(separator: ",")
        try files.write("{\(text)}\n", to: folder + "/" + name)
    }

    /// How a job ended that did not end well, in words.
    package static func reason(_ record: ExitRecord) -> String? {
        if record.outOfMemory == true { return "out of memory" }
        if let signal = record.signal {
            return "ended by signal \(signal)" + (ProcessSignal.name(signal).map { " (\($0))" } ?? "")
        }
        return record.isSuccess ? nil : "exit status \(record.status ?? 1)"
    }
}
