import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

/// Adds a line of JSON for everything that is told of runs to one file, or to one file for each run.
///
/// One file for all belongs to one store, whose mark is on its first line: so it is safe to cut off what a killed sender
/// left behind its last remembered line.
package struct JSONLinesTracker: TrackerKind {
    package static let kind = "jsonl"

    package let limits = ParcelLimits(points: 20_000, parameters: .max, tags: .max, outputs: 1000, outputBytes: .max)
    private let template: TrackerTemplate
    private let world: TrackerWorld

    package static func destination(_ settings: TrackerSettings, in world: TrackerWorld) -> String {
        world.absolute(settings.text("file") ?? "")
    }

    package init(_ settings: TrackerSettings, in world: TrackerWorld) throws {
        template = try TrackerTemplate(Self.destination(settings, in: world), setting: "file")
        self.world = world
    }

    package func send(_ parcels: [Parcel], memory: Value) async -> TrackerReply {
        template.asks(for: "run") ? TrackerReply(parcels.map(sendAlone)) : sendTogether(parcels, memory)
    }

    /// To a file of the run's own.
    private func sendAlone(_ parcel: Parcel) -> ParcelOutcome {
        let path = parcel.handle?.id ?? template.path(for: parcel.run)
        let length = parcel.handle?.memory.mapValue?["length"]?.integerValue ?? 0
        let bytes = JSONLines.bytes(of: parcel)
        if let failure = OwnedFile(path: path, files: world.files).append(bytes, after: length) {
            return ParcelOutcome(failure: failure)
        }
        return ParcelOutcome(handle: RunHandle(id: path, memory: ["length": .integer(length + Int64(bytes.count))]))
    }

    /// To the files that runs share; how long each is, is remembered for the tracker as a whole.
    private func sendTogether(_ parcels: [Parcel], _ memory: Value) -> TrackerReply {
        var lengths = memory.mapValue ?? [:]
        var outcomes: [ParcelOutcome] = []
        for parcel in parcels {
            let path = template.path(for: parcel.run)
            do {
                let length = try length(of: path, remembered: lengths[path]?.integerValue ?? 0)
                let bytes = (length == 0 ? JSONLines.head(mark: world.mark) : []) + JSONLines.bytes(of: parcel)
                let failure = OwnedFile(path: path, files: world.files).append(bytes, after: length)
                if failure == nil { lengths[path] = .integer(length + Int64(bytes.count)) }
                // Without a handle, the next try begins with the run's first line again.
                outcomes.append(ParcelOutcome(handle: failure == nil ? RunHandle(id: path) : nil, failure: failure))
            } catch {
                let known = error as? any RepriseError
                let text = [known?.what ?? "\(error)", known?.why].compactMap { $0 }.joined(separator: ": ")
                outcomes.append(ParcelOutcome(failure: .unavailable(text)))
            }
        }
        return TrackerReply(outcomes, memory: .map(lengths))
    }

    /// Where to go on in a file that runs share. One that was moved away is begun anew.
    private func length(of path: String, remembered: Int64) throws -> Int64 {
        guard let status = try world.files.status(path), status.bytes > 0 else { return 0 }
        let head = JSONLines.head(mark: world.mark)
        let found = try world.files.read(path, offset: 0, count: head.count)
        // A sender that was killed in its first write may have left less than the first line.
        if remembered == 0, head.starts(with: found) { return 0 }
        guard found == head else {
            throw Mistake(
                "`\(path)` was not begun by this store",
                why: "its first line names another one, or none",
                fix: "name another file, or move that one away",
                code: "foreign-file"
            )
        }
        guard status.bytes >= remembered else {
            throw Mistake(
                "`\(path)` has \(status.bytes) bytes where \(remembered) were written",
                fix: "move it away; a new one is begun then",
                code: "cut-file"
            )
        }
        return remembered
    }

    package func check() async throws -> [String] {
        let path = template.text.firstRange(of: "{{").map { String(template.text[..<$0.lowerBound]) } ?? template.text
        return [try checkFolder(folder(of: path), world.files)]
    }
}
