import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseTrackers

@Suite struct `The JSON lines tracker` {
    private let playground: TrackerPlayground

    init() throws { playground = try TrackerPlayground() }

    private func tracker(_ file: String, mark: String = "00000000000000000000000000000001") throws -> JSONLinesTracker {
        try JSONLinesTracker(
            TrackerSettings(kind: "jsonl", values: ["file": .string(file)]),
            in: playground.world(mark: mark)
        )
    }

    @Test func `one file for all passes the contract`() async throws {
        let tracker = try tracker("all.jsonl")
        try await TrackerContract(tracker).check { try self.received(in: "all.jsonl") }
    }

    @Test func `a file for each run passes the contract`() async throws {
        let tracker = try tracker("{{ project }}/{{ run }}.jsonl")
        try await TrackerContract(tracker)
            .check {
                try playground.files.names(in: playground.folder + "/project").map { "project/" + $0 }
                    .reduce(into: ReceivedRuns()) { try $0.merge(self.received(in: $1)) }
            }
    }

    /// What the lines say, each line counted.
    private func received(in name: String) throws -> ReceivedRuns {
        var received = ReceivedRuns()
        guard try playground.files.exists(playground.folder + "/" + name) else { return received }
        for line in try playground.lines(name) {
            guard let fields = line.mapValue, let run = fields["run"].flatMap({ RunID($0.text) }) else { continue }
            let name = fields["name"]?.text ?? ""
            switch fields["kind"] {
            case "run": received.open(run)
            case "parameter": received[run].parameters[name, default: []].append(fields["value"]?.text ?? "")
            case "tag": received[run].tags[name] = fields["value"]?.stringValue ?? ""
            case "untag": received[run].tags[name] = nil
            case "metric":
                received[run]
                    .add(
                        key: fields["key"]?.text ?? "",
                        step: fields["step"]?.integerValue ?? -1,
                        time: fields["time"]?.integerValue ?? -1,
                        value: fields["value"]?.doubleValue ?? .nan
                    )
            case "output": received[run].outputs.insert(fields["path"]?.text ?? "")
            case "state": received[run].state = fields["state"]?.text
            default: Issue.record("unknown line \(line.json())")
            }
        }
        return received
    }

    @Test func `what a killed sender left behind the last remembered line goes`() async throws {
        let tracker = try tracker("all.jsonl")
        let first = await tracker.send([TrackerSamples.parcel(run: 1, points: 3)], memory: .null)
        let memory = try #require(first.memory)
        let before = try playground.text("all.jsonl")
        _ = await tracker.send([TrackerSamples.parcel(run: 2, points: 5)], memory: memory)
        try playground.files.append(Array("{\"kind\":\"met".utf8), to: playground.folder + "/all.jsonl")
        let again = await tracker.send([TrackerSamples.parcel(run: 3, points: 1)], memory: memory)
        #expect(again.outcomes.map(\.failure) == [nil])
        let text = try playground.text("all.jsonl")
        #expect(text.hasPrefix(before))
        #expect(!text.contains(TrackerSamples.id(2).description))
        #expect(text.contains(TrackerSamples.id(3).description))
    }

    @Test func `a file of another store is left alone`() async throws {
        _ = try await tracker("all.jsonl").send([TrackerSamples.parcel(run: 1, points: 3)], memory: .null)
        let before = try playground.text("all.jsonl")
        let other = try tracker("all.jsonl", mark: "00000000000000000000000000000002")
        let reply = await other.send([TrackerSamples.parcel(run: 2, points: 3)], memory: .null)
        guard case .unavailable(let text)? = reply.outcomes.first?.failure else {
            Issue.record("it was taken: \(reply)")
            return
        }
        #expect(text.contains("was not begun by this store"))
        #expect(try playground.text("all.jsonl") == before)
        try playground.files.write("notes of mine\n", to: playground.folder + "/mine.txt")
        let mine = try await tracker("mine.txt").send([TrackerSamples.parcel(run: 2, points: 3)], memory: .null)
        #expect(mine.outcomes.first?.failure != nil)
        #expect(try playground.text("mine.txt") == "notes of mine\n")
    }

    @Test func `a file that was moved away is begun anew`() async throws {
        let tracker = try tracker("all.jsonl")
        let first = await tracker.send([TrackerSamples.parcel(run: 1, points: 3)], memory: .null)
        try playground.files.rename(playground.folder + "/all.jsonl", to: playground.folder + "/old.jsonl")
        let next = await tracker.send([TrackerSamples.parcel(run: 2, points: 3)], memory: try #require(first.memory))
        #expect(next.outcomes.map(\.failure) == [nil])
        #expect(try playground.lines("all.jsonl").first?.mapValue?["kind"] == "file")
    }

    @Test func `a run's own file that is gone is written from the start`() async throws {
        let tracker = try tracker("{{ run }}.jsonl")
        var parcel = TrackerSamples.parcel(run: 1, points: 3)
        let first = await tracker.send([parcel], memory: .null)
        parcel.handle = first.outcomes.first?.handle
        try playground.files.remove(playground.folder + "/\(parcel.run.id).jsonl")
        let next = await tracker.send([parcel], memory: .null)
        guard case .vanished? = next.outcomes.first?.failure else {
            Issue.record("\(next)")
            return
        }
    }
}
