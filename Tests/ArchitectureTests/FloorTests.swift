import Testing

/// The floors of docs/architecture.md, lowest first. Imports go down only.
private let floors: [[String]] = [
    ["RepriseModel", "COpenSSL", "CRepriseSystem"],
    ["RepriseSystem", "RepriseYAML"],
    [
        "RepriseExperiments", "RepriseSite", "RepriseSnapshots", "RepriseImages", "RepriseDispatch", "RepriseTracking",
        "RepriseComparison", "RepriseCharts", "RepriseEnvironments",
    ],
    ["RepriseDispatchers", "RepriseTrackers", "RepriseStore", "RepriseImports", "RepriseRemoteEnvironments"],
    ["Reprise"],
    ["RepriseServer", "CRepriseWeb"],
    ["RepriseCommands"],
    ["reprise"],
]

/// Imports to the same floor that docs/architecture.md allows.
private let allowedNeighbours: [String: Set<String>] = [
    "RepriseServer": ["CRepriseWeb"]
]

private func floor(of target: String) -> Int? { floors.firstIndex { $0.contains(target) } }

@Suite struct `Floors` {
    @Test func `every target has a floor`() {
        for target in Repository.folders(in: "Sources") where target != "RepriseTestKit" {
            #expect(
                floor(of: target) != nil,
                "Sources/\(target) has no floor. Add it to FloorTests.swift and docs/architecture.md."
            )
        }
    }

    @Test func `imports go down only`() {
        for file in Repository.files(in: "Sources", kind: "swift") {
            let target = Repository.target(of: file)
            guard let own = floor(of: target) else { continue }
            for (module, line) in Repository.imports(of: file) where module != target {
                guard let other = floor(of: module), !(allowedNeighbours[target]?.contains(module) ?? false) else {
                    continue
                }
                #expect(
                    other < own,
                    "\(file):\(line) imports \(module), which is not below \(target). Move what both need to a lower floor, or pass it in from above."
                )
            }
        }
    }

    @Test func `the test kit is imported by tests only`() {
        for file in Repository.files(in: "Sources", kind: "swift") where Repository.target(of: file) != "RepriseTestKit"
        {
            let imports = Repository.imports(of: file).map(\.module)
            #expect(!imports.contains("RepriseTestKit"), "\(file) imports RepriseTestKit, which is for tests.")
            #expect(!imports.contains("Testing"), "\(file) imports Testing, which is for tests.")
        }
    }
}

/// The one home of each library that others made, and of each narrow system interface.
private let homes: [(module: String, targets: Set<String>, instead: String)] = [
    ("GRDB", ["RepriseStore"], "ask the store for what you need"),
    ("GRDBSQLite", ["RepriseStore"], "ask the store for what you need"),
    ("SQLite3", ["RepriseStore"], "ask the store for what you need"),
    ("Yams", ["RepriseYAML"], "read with `YAMLReader`"),
    ("ArgumentParser", ["RepriseCommands", "reprise"], "pass values in; only commands parse arguments"),
    ("Subprocess", ["RepriseSystem"], "run programs through `ProcessRunner`"),
    ("SystemPackage", ["RepriseSystem"], "go through `FileSystem`"),
    ("COpenSSL", ["RepriseSystem"], "hash with `SHA256Hasher`"),
    ("CRepriseSystem", ["RepriseSystem"], "go through the ports of RepriseSystem"),
    ("Hummingbird", ["RepriseServer"], "answer through a route of RepriseServer"),
    ("HummingbirdCore", ["RepriseServer"], "answer through a route of RepriseServer"),
    ("NIOCore", ["RepriseServer"], "answer through a route of RepriseServer"),
    ("NIOHTTPTypes", ["RepriseServer"], "answer through a route of RepriseServer"),
    ("HTTPTypes", ["RepriseServer"], "answer through a route of RepriseServer"),
    ("ServiceLifecycle", ["RepriseServer"], "serve by `TrackingServer`"),
    ("Logging", ["RepriseServer"], "return what happened; faces print"),
    ("Glibc", ["RepriseSystem"], "go through the ports of RepriseSystem"),
]

@Suite struct `Homes` {
    @Test func `a library has one home`() {
        for file in Repository.files(in: "Sources", kind: "swift") {
            let target = Repository.target(of: file)
            for (module, line) in Repository.imports(of: file) {
                for home in homes where home.module == module && !home.targets.contains(target) {
                    guard homeExceptions[file]?.contains(module) != true else { continue }
                    Issue.record(
                        "\(file):\(line) imports \(module), whose home is \(home.targets.sorted().joined(separator: ", ")). Instead: \(home.instead)."
                    )
                }
            }
        }
    }

    @Test func `every exception is needed`() {
        for (file, modules) in homeExceptions {
            let imports = Set(Repository.imports(of: file).map(\.module))
            #expect(
                modules.isSubset(of: imports),
                "\(file) needs no exception any more. Take it out of Exceptions.swift."
            )
        }
    }
}
