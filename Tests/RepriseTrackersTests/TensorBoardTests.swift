import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseTrackers

@Suite struct `The TensorBoard tracker` {
    private let playground: TrackerPlayground
    private let tracker: TensorBoardTracker

    init() throws {
        playground = try TrackerPlayground()
        let settings = TrackerSettings(kind: "tensorboard", values: ["directory": "tb"])
        tracker = try TensorBoardTracker(settings, in: playground.world())
    }

    @Test func `it passes the contract`() async throws {
        let contract = TrackerContract(tracker, keeps: [])
        try await contract.check {
            var received = ReceivedRuns()
            for number in [UInt64(1), 2] {
                received[TrackerSamples.id(number)] = try EventFileReading.run(in: file(of: number))
            }
            return received
        }
    }

    private func file(of number: UInt64) throws -> [UInt8] {
        let run = TrackerSamples.run(number)
        let folder = "\(playground.folder)/tb/project/\(run.name)-\(run.id.short)"
        let names = try playground.files.names(in: folder)
        #expect(names.count == 1)
        return try playground.files.read("\(folder)/\(names[0])", limit: 1 << 20)
    }

    @Test func `names stay below the directory`() {
        #expect(fileName("../../etc/passwd") == "_._.._etc_passwd")
        #expect(fileName("") == "_")
        #expect(fileName(".hidden") == "_hidden")
        #expect(fileName("a/b\u{0}c") == "a_b_c")
    }

    @Test func `checksums are those of the standard`() {
        // RFC 3720, B.4.
        #expect(castagnoli(Array(repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(castagnoli(Array(repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(castagnoli(Array("123456789".utf8)) == 0xE306_9283)
    }

    @Test func `a full disk is the tracker's trouble, and nothing is lost`() async throws {
        let parcel = TrackerSamples.parcel(run: 1, points: 4)
        var world = playground.world()
        for number in 1...12 {
            world.files = FailingFileSystem(failing: number)
            let failing = try TensorBoardTracker(
                TrackerSettings(kind: "tensorboard", values: ["directory": "tb"]),
                in: world
            )
            let reply = await failing.send([parcel], memory: .null)
            guard let failure = reply.outcomes.first?.failure else { continue }
            guard case .unavailable = failure else {
                Issue.record("\(failure)")
                continue
            }
        }
        let reply = await tracker.send([parcel], memory: .null)
        #expect(reply.outcomes.map(\.failure) == [nil])
        #expect(try EventFileReading.run(in: file(of: 1)).points["loss"]?.count == 4)
    }
}
