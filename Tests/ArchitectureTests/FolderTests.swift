import Testing

/// What a folder promises by being there.
@Suite struct `Folders` {
    @Test func `every dispatcher folder is in the list`() {
        let list = Repository.text(of: "Sources/RepriseDispatchers/DispatcherList.swift")
        let shared = ["Jobs", "Staging", "SSH"]
        for folder in Repository.folders(in: "Sources/RepriseDispatchers")
        where !list.isEmpty && !shared.contains(folder) {
            #expect(
                list.contains(folder),
                "Sources/RepriseDispatchers/\(folder) is not in DispatcherList.swift. Add it."
            )
        }
    }

    @Test func `every example says how to run it`() {
        for folder in Repository.folders(in: "examples") {
            #expect(Repository.exists("examples/\(folder)/README.md"), "examples/\(folder) has no README.md.")
        }
    }

    @Test func `every target has tests`() {
        for target in Repository.folders(in: "Sources") {
            guard target.hasPrefix("Reprise"), target != "RepriseTestKit" else { continue }
            #expect(
                !Repository.files(in: "Tests/\(target)Tests", kind: "swift").isEmpty,
                "Sources/\(target) has no tests. Add Tests/\(target)Tests."
            )
        }
    }

    @Test func `no folder is a drawer for everything`() {
        let drawers = ["Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Misc", "Shared"]
        for file in Repository.files(in: "Sources") {
            for part in file.split(separator: "/") {
                let name = part.prefix { $0 != "." }
                #expect(!drawers.contains(String(name)), "\(file): name it after what is in it.")
                #expect(!part.contains("+Extensions"), "\(file): name it after what is in it.")
            }
        }
    }
}
