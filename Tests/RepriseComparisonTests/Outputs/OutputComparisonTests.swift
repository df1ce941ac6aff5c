import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseComparison

/// Two folders of real files, as the store keeps the outputs of two executions.
private struct Outputs {
    let folder: String
    let files = LiveFileSystem()

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path()
        for side in ["left", "right"] { try files.makeFolder("\(folder)/\(side)") }
    }

    func remove() throws { try files.remove(folder) }

    func record(_ side: Side, _ name: String, _ content: [UInt8], mode: Int = 0o644) throws -> OutputRecord {
        let path = "\(folder)/\(side.rawValue)/\(name)"
        try files.write(content, to: path)
        let (digest, bytes) = try files.digest(path)
        return OutputRecord(path: name, digest: digest, bytes: bytes, mode: mode)
    }

    func judge(_ left: [OutputRecord], _ right: [OutputRecord], rules: [OutputRule] = []) -> [OutputJudgement] {
        OutputComparison(files: files, rules: rules).judge(left, right) { "\(folder)/\($1.rawValue)/\($0.path)" }
    }
}

@Suite struct `Comparing outputs` {
    private func judge(
        _ name: String,
        _ left: [UInt8],
        _ right: [UInt8],
        _ tolerance: Tolerance = .within(absolute: 0.01, relative: 0)
    ) throws -> OutputJudgement {
        let outputs = try Outputs()
        defer { try? outputs.remove() }
        let rules = [OutputRule(pattern: name, tolerance: tolerance)]
        let (one, other) = (try outputs.record(.left, name, left), try outputs.record(.right, name, right))
        return try #require(outputs.judge([one], [other], rules: rules).first)
    }

    private func judge(
        _ name: String,
        _ left: String,
        _ right: String,
        _ tolerance: Tolerance = .within(absolute: 0.01, relative: 0)
    ) throws -> OutputJudgement {
        try judge(name, Array(left.utf8), Array(right.utf8), tolerance)
    }

    @Test func `reads nothing where the digests are equal`() throws {
        let record = OutputRecord(path: "a", digest: try digest("a"), bytes: 3, mode: 0o644)
        let comparison = OutputComparison(files: LiveFileSystem(), rules: [])
        let judgements = comparison.judge([record], [record]) { _, _ in
            Issue.record("nothing should be read")
            return nil
        }
        #expect(judgements.map(\.outcome) == [.same])
    }

    @Test func `calls an output that one side lacks a difference, either way`() throws {
        let outputs = try Outputs()
        defer { try? outputs.remove() }
        let (b, a) = (try outputs.record(.left, "b", [1]), try outputs.record(.right, "a", [2]))
        let judgements = outputs.judge([b], [a])
        #expect(judgements.map(\.path) == ["a", "b"])
        #expect(judgements.map(\.outcome) == [.differs, .differs])
        #expect(judgements.map(\.reason) == ["only the repeat left it", "only the original left it"])
    }

    @Test(arguments: [
        ("m.json", "[1,2]", "[1.001,2]", "JSON"), ("m.csv", "a\n1\n", "a\n1.001\n", "CSV"),
        ("m.tsv", "a\n1\n", "a\n1.001\n", "TSV"),
        ("m.jsonl", "{\"a\":1}\n", "{\"a\":1.001}\n", "JSON lines"), ("m.log", "x 1\n", "x 1.001\n", "text"),
        ("m", "[1]", "[1.001]", "JSON"), ("m.json", "x 1", "x 1.001", "text"), ("m.bin", "x 1", "x 1.001", "text"),
    ])
    func `chooses the format by name and then by content`(
        name: String,
        left: String,
        right: String,
        format: String
    ) throws {
        let judgement = try judge(name, left, right)
        #expect(judgement.outcome == .same)
        #expect(judgement.format == format)
        #expect(judgement.largestDifference.map { $0 > 0 } == true)
    }

    @Test func `knows NumPy by its first bytes`() throws {
        let left = npy("<f8", shape: [2], elements: little([1.0, 2]))
        let judgement = try judge("weights", left, npy("<f8", shape: [2], elements: little([1.0, 3])))
        #expect(judgement.outcome == .differs)
        #expect(judgement.format == "NumPy")
        #expect(judgement.spot?.place == "[1]")
    }

    @Test func `says where bytes part that are to be equal`() throws {
        #expect(try judge("m.json", "[1,2]", "[1,3]", .bitwise).spot?.place == "$[1]")
        let spaced = try judge("m.json", "[1,2]", "[1, 2]", .bitwise)
        #expect(spaced.outcome == .differs)
        #expect(spaced.spot?.place == "byte 3")
        #expect(spaced.reason?.contains("their bytes differ") == true)
        let binary = try judge("m.bin", [0, 1, 2], [0, 1, 3, 4], .bitwise)
        #expect([binary.spot?.place, binary.spot?.left, binary.spot?.right] == ["byte 2", "0x02", "0x03"])
        #expect(try judge("m.bin", [0, 1], [0, 1, 3], .bitwise).spot?.left == "the end")
    }

    @Test func `decides nothing about contents that it cannot read`() throws {
        let binary = try judge("m.bin", [0, 1, 2], [0, 1, 3])
        #expect(binary.outcome == .undecided)
        #expect(binary.reason == "its bytes differ, and no format that is compared fits it")
        let records = "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (1,), }"
        let arrays = try judge(
            "m.npy",
            npy(header: records, elements: little([1.0])),
            npy(header: records, elements: little([2.0]))
        )
        #expect(arrays.outcome == .undecided)
        #expect(arrays.reason?.contains("NumPy arrays of records") == true)
    }

    @Test func `calls a repeat that is cut off a difference`() throws {
        let whole = npy("<f8", shape: [2], elements: little([1.0, 2]))
        #expect(try judge("m.npy", whole, Array(whole.dropLast(4))).outcome == .differs)
        #expect(try judge("m.npy", Array(whole.dropLast(4)), whole).outcome == .undecided)
        #expect(try judge("m.json", "[1,2]", "[1,").outcome == .differs)
    }

    @Test func `is undecided by spread, except where the bits are the same`() throws {
        #expect(try judge("m.json", "[1]", "[2]", .statistical).outcome == .undecided)
        let same = try judge("m.json", "[1]", "[1]", .statistical)
        #expect(same.outcome == .same)
        #expect(same.reason?.contains("bit for bit") == true)
    }

    @Test func `is undecided where the contents are gone`() throws {
        let left = OutputRecord(path: "a", digest: try digest("a"), bytes: 3, mode: 0o644)
        let right = OutputRecord(path: "a", digest: try digest("b"), bytes: 3, mode: 0o644)
        let tolerant = OutputComparison(
            files: LiveFileSystem(),
            rules: [OutputRule(pattern: "a", tolerance: .within(absolute: 1, relative: 0))]
        )
        #expect(tolerant.judge([left], [right]) { _, _ in nil }.map(\.outcome) == [.undecided])
        #expect(tolerant.judge([left], [right]) { _, _ in "/nowhere/a" }.map(\.outcome) == [.undecided])
        let bitwise = OutputComparison(files: LiveFileSystem(), rules: [])
        #expect(bitwise.judge([left], [right]) { _, _ in nil }.map(\.outcome) == [.differs])
        #expect(bitwise.judge([left], [right]) { _, _ in "/nowhere/a" }.map(\.outcome) == [.differs])
    }

    @Test func `counts whether a file may be executed, and no other permission`() throws {
        let left = OutputRecord(path: "a", digest: try digest("a"), bytes: 3, mode: 0o755)
        var right = left
        right.mode = 0o700
        let comparison = OutputComparison(files: LiveFileSystem(), rules: [])
        #expect(comparison.judge([left], [right]) { _, _ in nil }.map(\.outcome) == [.same])
        right.mode = 0o644
        #expect(
            comparison.judge([left], [right]) { _, _ in nil }.map(\.reason) == ["only the original's may be executed"]
        )
    }

    @Test func `tells names apart that only look the same`() throws {
        let composed = OutputRecord(path: "caf\u{E9}", digest: try digest("a"), bytes: 3, mode: 0o644)
        let decomposed = OutputRecord(path: "cafe\u{301}", digest: try digest("b"), bytes: 3, mode: 0o644)
        let comparison = OutputComparison(files: LiveFileSystem(), rules: [])
        let judgements = comparison.judge([composed, decomposed], [composed]) { _, _ in nil }
        #expect(judgements.map(\.outcome) == [.differs, .same])
    }

    @Test func `takes the last rule that matches, below the outputs folder too`() {
        let loose = Tolerance.within(absolute: 1, relative: 0)
        let rules = [
            OutputRule(pattern: "*.json"), OutputRule(pattern: "report.json", tolerance: loose),
            OutputRule(pattern: "plots/**", tolerance: .statistical), OutputRule(pattern: "plots/x.png"),
        ]
        let comparison = OutputComparison(files: LiveFileSystem(), rules: rules)
        let paths = ["report.json", "outputs/report.json", "a.json", "plots/y.png", "plots/x.png", "other"]
        #expect(paths.map(comparison.tolerance) == [loose, loose, .bitwise, .statistical, .bitwise, .bitwise])
    }
}
