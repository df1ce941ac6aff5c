// swift-tools-version: 6.2
import Foundation
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let collections = Target.Dependency.product(name: "OrderedCollections", package: "swift-collections")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "reprise",
    products: [
        .executable(name: "reprise", targets: ["reprise"]),
        .library(name: "Reprise", targets: ["Reprise", "RepriseModel", "RepriseComparison"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.9.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.86.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // Floor 0: words. Values only, no input or output.
        .target(name: "RepriseModel", dependencies: [collections], swiftSettings: strict),

        // Floor 1: the outside world, as small protocols, with what the kernel offers behind them in Live/.
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CRepriseSystem"),
        .target(
            name: "RepriseSystem",
            dependencies: ["RepriseModel", "COpenSSL", "CRepriseSystem", subprocess, systemPackage],
            swiftSettings: strict
        ),
        .target(name: "RepriseYAML", dependencies: ["RepriseModel", collections, yams], swiftSettings: strict),

        // Floor 2: capabilities. These never import each other.
        .target(
            name: "RepriseExperiments",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseYAML", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseSite",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseYAML", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseSnapshots",
            dependencies: ["RepriseModel", "RepriseSystem", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseImages",
            dependencies: ["RepriseModel", "RepriseSystem", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseDispatch",
            dependencies: ["RepriseModel", "RepriseSystem", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseTracking",
            dependencies: ["RepriseModel", "RepriseSystem", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseComparison",
            dependencies: ["RepriseModel", "RepriseSystem", collections],
            swiftSettings: strict
        ),
        .target(name: "RepriseCharts", dependencies: ["RepriseModel"], swiftSettings: strict),

        // Floor 3: adapters. The only floor that names an engine or a database.
        .target(
            name: "RepriseDispatchers",
            dependencies: [
                "RepriseModel", "RepriseSystem", "RepriseSite", "RepriseDispatch", "RepriseImages", collections,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseTrackers",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseSite", "RepriseTracking", collections],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseStore",
            dependencies: [
                "RepriseModel", "RepriseSystem", "RepriseDispatch", "RepriseTracking", grdb, sqlite, collections,
            ],
            swiftSettings: strict
        ),
        .target(
            name: "RepriseImports",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseYAML", "RepriseTracking", collections],
            swiftSettings: strict
        ),

        // Floor 4: the verbs, as a library. The public product.
        .target(
            name: "Reprise",
            dependencies: [
                "RepriseModel", "RepriseSystem", "RepriseYAML", "RepriseExperiments", "RepriseSite", "RepriseSnapshots",
                "RepriseImages", "RepriseDispatch", "RepriseTracking", "RepriseComparison", "RepriseDispatchers",
                "RepriseTrackers", "RepriseStore", "RepriseImports", collections,
            ],
            swiftSettings: strict
        ),

        // Floor 5: the server, which the command line starts.
        .target(
            name: "RepriseServer",
            dependencies: [
                "RepriseModel", "RepriseSystem", "RepriseTracking", "RepriseStore", "Reprise", collections, httpTypes,
                hummingbird, hummingbirdCore, lifecycle, logging, nioCore, nioHTTPTypes, nioPosix,
            ],
            swiftSettings: strict
        ),

        // Floor 6: the command line.
        .target(
            name: "RepriseCommands",
            dependencies: [
                "RepriseModel", "RepriseSystem", "RepriseSite", "RepriseSnapshots", "RepriseComparison",
                "RepriseCharts", "RepriseStore", "Reprise", "RepriseServer", argumentParser, collections,
            ],
            swiftSettings: strict
        ),

        // Floor 7: the composition root.
        .executableTarget(
            name: "reprise",
            dependencies: ["RepriseCommands", "RepriseServer", "Reprise", "RepriseSystem"],
            swiftSettings: strict
        ),

        // Tests only.
        .target(
            name: "RepriseTestKit",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseDispatch", "RepriseTracking", collections],
            swiftSettings: strict
        ),
        test("RepriseModel"),
        test("RepriseSystem"),
        test("RepriseYAML"),
        test("RepriseExperiments", ["RepriseYAML"]),
        test("RepriseSite"),
        test("RepriseSnapshots"),
        test("RepriseDispatch"),
        test("RepriseTracking"),
        test("RepriseComparison"),
        test("RepriseCharts"),
        test("RepriseImages"),
        test("RepriseDispatchers", ["RepriseDispatch", "RepriseImages", "RepriseSite"]),
        test("RepriseTrackers", ["RepriseSite", "RepriseTracking"]),
        test("RepriseStore", ["RepriseDispatch", "RepriseTracking", grdb]),
        test(
            "Reprise",
            [
                "RepriseComparison", "RepriseDispatch", "RepriseDispatchers", "RepriseExperiments", "RepriseImages",
                "RepriseSite", "RepriseSnapshots", "RepriseStore", "RepriseTracking",
            ]
        ),
        test("RepriseImports", ["RepriseTracking", "RepriseStore", "Reprise"]),
        test("RepriseCommands", ["Reprise"]),
        test("RepriseServer", ["RepriseStore", "RepriseTracking", httpTypes, hummingbird, nioCore]),
        .testTarget(name: "ArchitectureTests", swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["RepriseModel", "RepriseSystem", "RepriseTestKit", collections],
            swiftSettings: strict
        ),
    ]
)

/// The tests of one target, which stand in a folder of its name.
func test(_ target: String, _ more: [Target.Dependency] = []) -> Target {
    let floor = ["RepriseModel", "RepriseSystem", "RepriseTestKit", target]
    let needs = Set(floor).sorted().map { Target.Dependency(stringLiteral: $0) } + [collections]
    let golden = FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\(target)Tests/Golden")
    return .testTarget(
        name: "\(target)Tests",
        dependencies: needs + more,
        exclude: golden ? ["Golden"] : [],
        swiftSettings: strict
    )
}
