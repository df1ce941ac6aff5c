import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTestKit
import RepriseTracking
import Synchronization
import Testing

@testable import RepriseTrackers

@Suite struct `The MLflow tracker` {
    private let playground: TrackerPlayground

    init() throws { playground = try TrackerPlayground() }

    private func tracker(_ server: FakeMLflow, _ more: Mapping = [:]) throws -> MLflowTracker {
        let values: Mapping = ["uri": "http://host:5000/"]
        let settings = TrackerSettings(kind: "mlflow", values: values.merging(more) { _, new in new })
        return try MLflowTracker(settings, in: playground.world(http: server))
    }

    @Test func `it passes the contract`() async throws {
        let server = FakeMLflow()
        try await TrackerContract(tracker(server)).check { server.received }
        #expect(server.state.withLock { $0.experiments.keys.sorted() } == ["project"])
    }

    @Test func `runs that it has made and forgotten are found again`() async throws {
        let server = FakeMLflow { number, call in
            call.url.hasSuffix("runs/create") && number < 6 ? .lostReply : nil
        }
        let tracker = try tracker(server)
        let parcel = TrackerSamples.parcel(run: 1, points: 3)
        let first = await tracker.send([parcel], memory: .null)
        #expect(first.outcomes.map(\.failure) == [.unavailable("timed out")])
        let second = await tracker.send([parcel], memory: .null)
        #expect(second.outcomes.map(\.failure) == [nil])
        #expect(server.received[parcel.run.id].openings == 1)
    }

    @Test func `every status that may pass is the tracker's trouble, not the run's`() async throws {
        for status in [301, 401, 403, 404, 408, 429, 502, 503, 504] {
            let server = FakeMLflow { _, _ in .status(status) }
            let reply = try await tracker(server).send([TrackerSamples.parcel(run: 1, points: 3)], memory: .null)
            guard case .unavailable(let text)? = reply.outcomes.first?.failure else {
                Issue.record("\(status) gave \(reply)")
                continue
            }
            #expect(text.contains("http://host:5000"))
        }
    }

    @Test func `one item that the server will never take does not keep the others back`() async throws {
        let server = FakeMLflow()
        server.state.withLock { $0.badKeys = ["bad", "worse"] }
        var parcel = TrackerSamples.parcel(run: 1, points: 30)
        parcel.parameters["bad"] = 1
        parcel.columns.append(TrackerSamples.column("worse", 2))
        let reply = try await tracker(server).send([parcel], memory: .null)
        #expect(reply.outcomes.map(\.failure) == [nil])
        #expect(
            reply.outcomes.first?.notes.sorted() == [
                "tracker http://host:5000: a point of `worse` was not sent: Invalid name 'worse'",
                "tracker http://host:5000: a point of `worse` was not sent: Invalid name 'worse'",
                "tracker http://host:5000: parameter `bad` was not sent: Invalid name 'bad'",
            ]
        )
        let run = server.received[parcel.run.id]
        #expect(run.points["loss"]?.count == 30)
        #expect(run.parameters.keys.sorted() == ["lr", "model.name"])
    }

    @Test func `a run that the server has lost is sent from the start, one deleted there no more`() async throws {
        let server = FakeMLflow()
        let tracker = try tracker(server)
        var parcel = TrackerSamples.parcel(run: 1, points: 3)
        parcel.handle = await tracker.send([parcel], memory: .null).outcomes.first?.handle
        server.state.withLock { state in for id in state.runs.keys { state.runs[id]?.isDeleted = true } }
        let deleted = await tracker.send([parcel], memory: .null)
        #expect(deleted.outcomes.map(\.failure) == [.unwanted("the run was deleted on the server")])
        server.state.withLock { $0.runs = [:] }
        let lost = await tracker.send([parcel], memory: .null)
        guard case .vanished? = lost.outcomes.first?.failure else {
            Issue.record("\(lost)")
            return
        }
    }

    @Test func `outputs become artifacts, and where they cannot, that is said once`() async throws {
        let server = FakeMLflow()
        try playground.files.write("content", to: playground.folder + "/object")
        var parcel = TrackerSamples.parcel(run: 1, points: 0)
        let digest = SHA256Hasher.digest(of: Array("content".utf8))
        parcel.outputs = [
            ParcelOutput(path: "out/a b+%.txt", digest: digest, bytes: 7, file: playground.folder + "/object")
        ]
        let reply = try await tracker(server).send([parcel], memory: .null)
        #expect(reply.outcomes.first?.notes == [])
        #expect(
            server.state.withLock { $0.artifacts } == [
                "/api/2.0/mlflow-artifacts/artifacts/1/run0/artifacts/out/a%20b%2B%25.txt": Array("content".utf8)
            ]
        )
        let other = FakeMLflow()
        other.state.withLock { $0.artifactRoot = "s3://bucket/" }
        let refused = try await tracker(other).send([parcel], memory: .null)
        #expect(refused.outcomes.first?.failure == nil)
        #expect(refused.outcomes.first?.notes.first?.contains("outputs were not sent") == true)
        let quiet = try await tracker(other, ["outputs": false]).send([parcel], memory: .null)
        #expect(quiet.outcomes.first?.notes == [])
    }

    @Test func `names that MLflow refuses are mapped, and stay apart`() {
        #expect(MLflowNames.key("val/loss:1 a-b_c.d") == "val/loss:1 a-b_c.d")
        for name in ["acc%", "a//b", "../x", "/a", ".", "", "a\nb", String(repeating: "k", count: 300)] {
            let key = MLflowNames.key(name)
            #expect(key != name)
            #expect(key == MLflowNames.key(key), "\(key) would be mapped again")
        }
        #expect(MLflowNames.key("acc%") != MLflowNames.key("acc&"))
    }

    @Test func `it shows who it is as the site says`() async throws {
        let server = FakeMLflow()
        _ = try await tracker(server, ["credential": "token"]).check()
        _ = try await tracker(server, ["credential": "token", "username": "me"]).check()
        _ = try await tracker(server).check()
        let logins = server.state.withLock { Set($0.logins) }
        #expect(logins == [.bearer("secret of token"), .basic(user: "me", password: "secret of token"), .none])
    }

    @Test func `many runs need few calls`() async throws {
        let server = FakeMLflow()
        let tracker = try tracker(server)
        let parcels = (1...20).map { TrackerSamples.parcel(run: $0, points: 2) }
        let reply = await tracker.send(parcels, memory: .null)
        #expect(reply.outcomes.allSatisfy { $0.failure == nil })
        // The experiment three times, then for each run: look, make, log.
        #expect(server.state.withLock { $0.calls.count } <= 3 + 3 * 20)
    }
}
