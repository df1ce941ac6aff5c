import OrderedCollections
import RepriseModel
import RepriseStore
import Testing

@Suite struct `Projects` {
    @Test func `begin with the one that every store has`() throws {
        let fixture = try StoreFixture()
        #expect(try fixture.store.project(number: 0)?.name == "Default")
        #expect(try fixture.store.project(named: "Default")?.number == 0)
        #expect(try fixture.store.project(number: 1) == nil)
    }

    @Test func `are made, tagged, and have names of their own`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let number = try await store.createProject(named: "p", artifactLocation: "s3://a/b", tags: [("k", "v")])
        #expect(number == 1)
        #expect(try store.project(named: "p")?.tags == ["k": "v"])
        #expect(try store.project(number: 1)?.artifactLocation == "s3://a/b")
        await #expect(throws: StoreError.projectExists("p", isDeleted: false)) {
            try await store.createProject(named: "p")
        }
        try await store.tagProject(number, name: "k", value: "w")
        #expect(try store.project(named: "p")?.tags == ["k": "w"])
        #expect(try await store.untagProject(number, name: "k"))
        #expect(try await !store.untagProject(number, name: "k"))
    }

    @Test func `come with the runs that are queued in them`() throws {
        let fixture = try StoreFixture()
        try fixture.insert([fixture.request(), fixture.request()])
        #expect(try fixture.store.project(named: "project")?.number == 1)
    }

    @Test func `take their runs along when they are renamed`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let request = fixture.request()
        try fixture.insert([request])
        try await store.renameProject(1, to: "other")
        #expect(try store.runs().map(\.project) == ["other"])
        #expect(try store.request(request.id).project == "other")
        #expect(try store.loggedRun(request.id)?.project == 1)
        await #expect(throws: StoreError.projectExists("Default", isDeleted: false)) {
            try await store.renameProject(1, to: "Default")
        }
        try await store.renameProject(1, to: "other")
    }

    @Test func `take their runs along when they are deleted and restored`() async throws {
        let fixture = try StoreFixture()
        let store = fixture.store
        let number = try await store.createProject(named: "p")
        let id = fixture.runID()
        let start = Timestamp(milliseconds: 5)
        _ = try await store.createRun(ClientRun(id: id, name: "a", project: number, start: start))
        try await store.deleteProject(number)
        #expect(try store.loggedRun(id)?.deletedAt != nil)
        #expect(try store.project(number: number)?.deletedAt != nil)
        await #expect(throws: StoreError.projectDeleted(number)) { try await store.renameProject(number, to: "q") }
        await #expect(throws: StoreError.projectDeleted(number)) {
            try await store.tagProject(number, name: "a", value: "b")
        }
        await #expect(throws: StoreError.projectExists("p", isDeleted: true)) {
            try await store.createProject(named: "p")
        }
        try await store.restoreProject(number)
        #expect(try store.loggedRun(id)?.deletedAt == nil)
        await #expect(throws: StoreError.unknownProject("7")) { try await store.deleteProject(7) }
        await #expect(throws: StoreError.unknownProject("\(number)")) { try await store.restoreProject(number) }
    }

    @Test func `stay while something runs in them, and come back when something is queued in them`() async throws {
        let fixture = try StoreFixture()
        let request = fixture.request()
        try fixture.insert([request])
        await #expect(throws: StoreError.stillOpen(request.id)) { try await fixture.store.deleteProject(1) }
        let number = try await fixture.store.createProject(named: "empty")
        try await fixture.store.deleteProject(number)
        var next = fixture.request()
        next.project = "empty"
        try fixture.insert([next])
        #expect(try fixture.store.project(number: number)?.deletedAt == nil)
    }
}
