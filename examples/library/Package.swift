// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "library-example",
    dependencies: [.package(name: "reprise", path: "../..")],
    targets: [
        .executableTarget(name: "sweep", dependencies: [.product(name: "Reprise", package: "reprise")])
    ]
)
