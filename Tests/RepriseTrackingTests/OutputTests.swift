import Foundation
import RepriseModel
import RepriseSystem
import RepriseTracking
import Testing

/// Keeps nothing, and tells what it would keep.
private struct HashedContent: ContentStore {
    func put(_ paths: [String]) throws -> [StoredObject] {
        try paths.map { path in
            let (digest, bytes) = try LiveFileSystem().digest(path)
            return StoredObject(digest: digest, bytes: bytes)
        }
    }
}

@Suite final class `Outputs of a job` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-out-\(UUID().uuidString)").path
    private let files = LiveFileSystem()
    private var run: String { folder + "/run" }
    private var work: String { run + "/work" }

    init() throws {
        try files.makeFolder(work + "/plots/deep")
        try files.makeFolder(run + "/outputs/sub")
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func collect(_ patterns: String..., largest: Int64 = .max) throws -> CollectedOutputs {
        let places = OutputCollector.Places(
            run: run,
            work: work,
            outputs: run + "/outputs"
        )
        return try OutputCollector(files: files, content: HashedContent(), largest: largest)
            .collect(patterns.map { OutputRule(pattern: $0) }, in: places)
    }

    private func write(_ path: String, _ text: String = "x") throws {
        try files.write(text, to: "\(run)/\(path)")
    }

    @Test func `what rules name and what lies in outputs is kept, each once`() throws {
        try write("work/model.json")
        try write("work/train.py")
        try write("work/plots/a.png")
        try write("work/plots/deep/b.png")
        try write("outputs/sub/a file\n.txt")
        let found = try collect("model.json", "plots/*.png", "**/b.png", "plots")
        #expect(
            found.records.map(\.path)
                == ["model.json", "outputs/sub/a file\n.txt", "plots/a.png", "plots/deep/b.png"]
        )
        #expect(found.notes.isEmpty)
    }

    @Test func `a rule that names nothing is reported`() throws {
        #expect(
            try collect("*.npz", "../x").notes == [
                "no file `*.npz` among what the run left", "`../x` leaves the run's folder, and was not looked for",
            ]
        )
    }

    @Test func `links inside the run are kept as what they point to, others are refused`() throws {
        try write("work/real.bin", "content")
        try files.makeLink(work + "/link.bin", to: "real.bin")
        try files.makeLink(work + "/out.bin", to: "/etc/passwd")
        try files.makeLink(work + "/circle.bin", to: "circle.bin")
        try files.makeLink(work + "/up.bin", to: "../../../../../../../../etc/passwd")
        let found = try collect("*.bin")
        #expect(found.records.map(\.path) == ["link.bin", "real.bin"])
        #expect(Set(found.records.map(\.digest)).count == 1)
        #expect(
            found.notes == [
                "`circle.bin` is a link to nothing, and was not kept",
                "`out.bin` is a link that leaves the run's folder, and was not kept",
                "`up.bin` is a link that leaves the run's folder, and was not kept",
            ]
        )
    }

    @Test func `names may begin with any mark, and look alike`() throws {
        let names = ["\u{301}odd.bin", "caf\u{E9}.bin", "cafe\u{301}.bin"]
        for name in names { try write("work/" + name, name) }
        try write("outputs/sub/\u{301}in.txt")
        let found = try collect("*.bin")
        let paths = found.records.map { Array($0.path.utf8) }
        #expect(Set(paths) == Set((names + ["outputs/sub/\u{301}in.txt"]).map { Array($0.utf8) }))
        #expect(found.notes.isEmpty)
    }

    @Test func `a name that is no UTF-8 is told, whether of a file or of a folder`() throws {
        try write("work/\u{FFFD}.txt", "a name that has this mark itself")
        for path in [Array("\(work)/a".utf8) + [0xFF] + Array(".txt".utf8), Array("\(run)/outputs/b".utf8) + [0xFE]] {
            let made = path.withUnsafeBytes { bytes in
                mkdir(Array(bytes.bindMemory(to: CChar.self)) + [0], 0o755)
            }
            try #require(made == 0)
        }
        let found = try collect("*.txt", "**/*.txt")
        #expect(found.records.map(\.path) == ["\u{FFFD}.txt"])
        #expect(
            found.notes == [
                "`outputs/b\u{FFFD}` has a name that is no UTF-8, and was not kept",
                "`a\u{FFFD}.txt` has a name that is no UTF-8, and was not kept",
            ]
        )
    }

    @Test func `a file beyond the limit stays where it is`() throws {
        try write("work/big.bin", String(repeating: "x", count: 2048))
        try write("work/small.bin")
        let found = try collect("*.bin", largest: 1024)
        #expect(found.records.map(\.path) == ["small.bin"])
        #expect(found.notes == ["`big.bin` has 2 KiB, more than the 1 KiB that are kept of one file"])
    }

    @Test(arguments: [
        ("*.json", "a.json", true), ("*.json", "b/a.json", false), ("**/*.json", "a.json", true),
        ("**/*.json", "b/c/a.json", true), ("a?.txt", "ab.txt", true), ("a?.txt", "a.txt", false),
        ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[]x", "[]x", true), ("a*b*c", "aXXbYYc", true),
        ("a*b*c", "aXXbYY", false), ("plots", "plots/deep/a.png", true), ("./a.json", "a.json", true),
        ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true), ("*", ".hidden", true), ("ü*", "über", true),
    ])
    func `patterns match as shells match`(pattern: String, path: String, matches: Bool) {
        #expect(PathPattern(pattern).matches(path) == matches)
        if matches { #expect(PathPattern(pattern).reaches(String(path.prefix { $0 != "/" })) || !path.contains("/")) }
    }
}
