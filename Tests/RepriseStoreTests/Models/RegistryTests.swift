import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseStore

@Suite struct `The model registry` {
    private let fixture: StoreFixture

    init() throws { fixture = try StoreFixture() }

    private var store: Store { fixture.store }

    @discardableResult
    private func version(
        of name: String,
        run: String? = nil,
        model: String? = nil,
        tags: Mapping = [:]
    ) async throws -> ModelVersion {
        try await store.createModelVersion(
            NewModelVersion(name: name, source: "s3://models/\(name)", run: run, loggedModel: model, tags: tags)
        )
    }

    @Test func `a name is given once`() async throws {
        let made = try await store.createRegisteredModel("digits", description: "reads digits", tags: ["team": "a"])
        #expect(try store.registeredModel("digits") == made)
        await #expect(throws: ModelError.registeredModelExists("digits", isPrompt: false)) {
            try await store.createRegisteredModel("digits")
        }
        _ = try await store.createRegisteredModel("greeting", tags: [RegisteredModel.promptTag: "true"])
        await #expect(throws: ModelError.registeredModelExists("greeting", isPrompt: true)) {
            try await store.createRegisteredModel("greeting")
        }
    }

    @Test func `versions count from 1, and no number is given twice`() async throws {
        _ = try await store.createRegisteredModel("digits")
        #expect(try await version(of: "digits").version == 1)
        #expect(try await version(of: "digits").version == 2)
        try await store.deleteModelVersion("digits", 2)
        #expect(throws: ModelError.unknownVersion("digits", 2)) { try store.modelVersion("digits", 2) }
        #expect(try await version(of: "digits").version == 3)
        #expect(try store.newestModelVersion("digits").version == 3)
        await #expect(throws: ModelError.unknownRegisteredModel("letters")) { try await version(of: "letters") }
    }

    @Test func `many versions at once get numbers of their own`() async throws {
        _ = try await store.createRegisteredModel("digits")
        let store = store
        let numbers = try await withThrowingTaskGroup(of: Int64.self) { group in
            for _ in 0..<20 {
                group.addTask {
                    try await store.createModelVersion(NewModelVersion(name: "digits", source: "s3://digits")).version
                }
            }
            return try await group.reduce(into: Set<Int64>()) { $0.insert($1) }
        }
        #expect(numbers == Set(1...20))
    }

    @Test func `an alias points to one version and goes with it`() async throws {
        _ = try await store.createRegisteredModel("digits")
        for _ in 0..<2 { try await version(of: "digits") }
        try await store.setAlias("champion", of: "digits", version: 1)
        try await store.setAlias("champion", of: "digits", version: 2)
        try await store.setAlias("old", of: "digits", version: 1)
        #expect(try store.modelVersion("digits", alias: "champion").aliases == ["champion"])
        #expect(
            try store.registeredModel("digits").aliases == [
                ModelAlias(alias: "champion", version: 2), ModelAlias(alias: "old", version: 1),
            ]
        )
        await #expect(throws: ModelError.unknownVersion("digits", 9)) {
            try await store.setAlias("champion", of: "digits", version: 9)
        }
        try await store.deleteModelVersion("digits", 2)
        #expect(throws: ModelError.unknownAlias("champion")) { try store.modelVersion("digits", alias: "champion") }
        try await store.deleteAlias("old", of: "digits")
        try await store.deleteAlias("old", of: "digits")
        #expect(try store.registeredModel("digits").aliases.isEmpty)
    }

    @Test func `a stage takes a version, and may put the others into the archive`() async throws {
        _ = try await store.createRegisteredModel("digits")
        for _ in 0..<3 { try await version(of: "digits") }
        _ = try await store.moveModelVersion("digits", 1, to: .production)
        _ = try await store.moveModelVersion("digits", 2, to: .production, archivingOthers: true)
        let latest = try store.registeredModel("digits").latestVersions
        #expect(latest.map(\.version) == [1, 2, 3])
        #expect(latest.map(\.stage) == [.archived, .production, .none])
    }

    @Test func `a renamed model keeps everything`() async throws {
        _ = try await store.createRegisteredModel("digits", tags: ["team": "a"])
        _ = try await store.createRegisteredModel("taken")
        try await version(of: "digits", tags: ["checked": "yes"])
        try await store.setAlias("champion", of: "digits", version: 1)
        await #expect(throws: ModelError.registeredModelExists("taken", isPrompt: false)) {
            try await store.renameRegisteredModel("digits", to: "taken")
        }
        let renamed = try await store.renameRegisteredModel("digits", to: "numerals")
        #expect(renamed.tags == ["team": "a"])
        #expect(try store.modelVersion("numerals", alias: "champion").tags == ["checked": "yes"])
        #expect(throws: ModelError.unknownRegisteredModel("digits")) { try store.registeredModel("digits") }
    }

    @Test func `a removed model leaves nothing`() async throws {
        _ = try await store.createRegisteredModel("digits", tags: ["team": "a"])
        try await version(of: "digits", tags: ["checked": "yes"])
        try await store.setAlias("champion", of: "digits", version: 1)
        try await store.deleteRegisteredModel("digits")
        for table in [
            "registered_model", "registered_model_tag", "registered_model_alias", "model_version", "model_version_tag",
        ] {
            let count = try store.read { try SQLQuery.number($0, "SELECT count(*) FROM \(table)") }
            #expect(count == 0, "\(table)")
        }
    }

    @Test func `a logged model knows the versions that were made from it`() async throws {
        _ = try await store.createLoggedModel(NewLoggedModel(id: "m-1", project: 0, name: "n"))
        _ = try await store.createRegisteredModel("digits")
        for _ in 0..<2 { try await version(of: "digits", model: "m-1") }
        #expect(
            try store.loggedModel("m-1").tags[LoggedModel.versionsTag]
                == #"[{"name":"digits","version":1},{"name":"digits","version":2}]"#
        )
        await #expect(throws: ModelError.unknownModel("m-9")) { try await version(of: "digits", model: "m-9") }
        #expect(try store.newestModelVersion("digits").version == 2)
    }

    @Test func `models and versions are found, prompts only by who asks for them`() async throws {
        for (name, tags) in [
            ("digits", ["team": "a"]), ("letters", ["team": "b"]), ("greeting", [RegisteredModel.promptTag: "true"]),
        ] as [(String, Mapping)] {
            _ = try await store.createRegisteredModel(name, tags: tags)
            try await version(of: name, run: "run of \(name)", tags: tags)
        }
        let prompt = "tags.`\(RegisteredModel.promptTag)`"
        let filters: [(String, [String])] = [
            ("", ["digits", "letters"]), ("name LIKE 'd%'", ["digits"]), ("name ILIKE '%TT%'", ["letters"]),
            ("tags.team = 'b'", ["letters"]), ("tags.team != 'b'", ["digits"]), ("\(prompt) = 'true'", ["greeting"]),
            ("\(prompt) = 'false'", ["digits", "letters"]), ("\(prompt) != 'true' AND name = 'digits'", ["digits"]),
            ("name = 'greeting'", []), ("name IN ('digits', 'letters')", ["digits", "letters"]),
        ]
        for (filter, expected) in filters {
            let question = SearchQuestion(filter: filter)
            #expect(try store.searchRegisteredModels(question).items.map(\.name) == expected, "\(filter)")
            #expect(try store.searchModelVersions(question).items.map(\.name).sorted() == expected, "\(filter)")
        }
        let ofRun = SearchQuestion(filter: "run_id = 'run of digits' AND version_number < 2")
        #expect(try store.searchModelVersions(ofRun).items.map(\.name) == ["digits"])
        #expect(throws: Mistake.self) { try store.searchRegisteredModels(SearchQuestion(filter: "colour = 'red'")) }
    }

    @Test func `pages of versions go on where they ended`() async throws {
        _ = try await store.createRegisteredModel("digits")
        for _ in 0..<5 { try await version(of: "digits") }
        var question = SearchQuestion(order: ["version_number ASC"], limit: 2)
        var pages: [[Int64]] = []
        repeat {
            let page = try store.searchModelVersions(question)
            pages.append(page.items.map(\.version))
            question.pageToken = page.nextToken
        } while question.pageToken != nil
        #expect(pages == [[1, 2], [3, 4], [5]])
    }
}
