import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Comparing tables` {
    private let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise

    private func compare(_ left: String, _ right: String, tab: Bool = false) throws -> ContentResult {
        let comparer = tab ? TableComparer(name: "TSV", suffix: ".tsv") : TableComparer(name: "CSV", suffix: ".csv")
        return try comparer.compare(Array(left.utf8), Array(right.utf8), rule: rule)
    }

    @Test(arguments: [
        ("a,b\n1,2\n", "a,b\r\n1.001,2"), ("a\n\"x\"\n", "a\nx\n"),
        ("a\n\"say \"\"hi\"\"\"\n", "a\n\"say \"\"hi\"\"\"\n"),
        ("a;b\n1,5;2\n", "a;b\n1,5;2.005\n"), ("\u{FEFF}a\n1\n", "a\n1\n"), ("a\n 1 \n", "a\n1.0\n"),
        ("a\nnan\n", "a\nNaN\n"),
        ("", ""), ("a,\n", "a,"),
    ])
    func `forgives numbers, quotes and line ends`(left: String, right: String) throws {
        guard case .same = try compare(left, right) else {
            Issue.record("\(left) and \(right) should be the same")
            return
        }
    }

    @Test(arguments: [
        ("lr,loss\n1,2\n3,4\n", "lr,loss\n1,2\n3,5\n", "row 3, column loss", "4", "5"),
        ("1,2\n3,4\n", "1,2\n9,4\n", "row 2, column 1", "3", "9"),
        ("a\n1\n", "a\n1\n2\n", "row 3", "nothing", "1 cell"),
        ("a,b\n1,2\n", "a,b\n1\n", "row 2", "2 cells", "1 cell"),
        ("a\n\n", "a\nx\n", "row 2, column a", "nothing", "x"),
        ("a\nx\n", "a\n1\n", "row 2, column a", "x", "1"),
        ("a\n\"x\n,y\"\n", "a\n\"x\n,z\"\n", "row 2, column a", "x\\n,y", "x\\n,z"),
        ("a\n\"p\"\"q\"\n", "a\n\"pq\"\n", "row 2, column a", "p\"q", "pq"),
        ("a,\n", "a", "row 1", "2 cells", "1 cell"),
    ])
    func `names row and column`(left: String, right: String, place: String, one: String, other: String) throws {
        guard case .differs(let spot) = try compare(left, right) else {
            Issue.record("\(left) and \(right) should differ")
            return
        }
        #expect([spot.place, spot.left, spot.right] == [place, one, other])
    }

    @Test func `parts cells by tabs where the name says so`() throws {
        guard case .differs(let spot) = try compare("a\tb,c\n1\t2\n", "a\tb,c\n1\t3\n", tab: true) else {
            Issue.record("should differ")
            return
        }
        #expect(spot.place == "row 2, column b,c")
    }

    @Test func `never trips over damaged tables`() {
        var generator = SeededGenerator(seed: 4)
        let original = Array("a,\"b \"\"x\"\"\",c\r\n1,2.5,\"y\nz\"\n-3,,nan\n\"open".utf8)
        for _ in 0..<3000 {
            _ = try? TableComparer(name: "CSV", suffix: ".csv")
                .compare(original, mutated(original, &generator), rule: rule)
        }
    }
}

@Suite struct `Comparing text` {
    private let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise

    private func compare(_ left: String, _ right: String) throws -> ContentResult {
        try TextComparer().compare(Array(left.utf8), Array(right.utf8), rule: rule)
    }

    @Test(arguments: [
        ("loss=0.500,\n", "loss=0.501,\n"), ("the loss is 0.5.\n", "the loss is 0.505.\n"), ("a  1\n", "a 1.0\n"),
        ("(-1e-4, +2)\n", "(-1.1e-4, 2)\n"), ("[1,2]", "[1,2.001]"), ("x: -0.0", "x: 0.0"), ("5%", "5.001%"), ("", ""),
    ])
    func `forgives numbers that are words of their own`(left: String, right: String) throws {
        guard case .same = try compare(left, right) else {
            Issue.record("\(left) and \(right) should be the same")
            return
        }
    }

    @Test(arguments: [
        ("a\nloss 0.5\n", "a\nloss 0.6\n", "line 2, column 6", "0.5", "0.6"),
        ("layer3", "layer3.001", "line 1, column 1", "layer3", "layer3.001"),
        ("v1.3.0", "v1.3.1", "line 1, column 1", "v1.3.0", "v1.3.1"), ("é 1", "é 2", "line 1, column 3", "1", "2"),
        ("a\n", "a\nb\n", "line 2", "nothing", "b"), ("a\n", "a", "the last line", "a line end", "no line end"),
        ("a b", "ab", "line 1, column 1", "a", "ab"), ("1 2", "1", "line 1, column 2", " ", "nothing"),
        ("1.0", "x", "line 1, column 1", "1.0", "x"),
    ])
    func `names line and column`(left: String, right: String, place: String, one: String, other: String) throws {
        guard case .differs(let spot) = try compare(left, right) else {
            Issue.record("\(left) and \(right) should differ")
            return
        }
        #expect([spot.place, spot.left, spot.right] == [place, one, other])
    }

    @Test func `never trips over damaged text`() {
        var generator = SeededGenerator(seed: 5)
        let original = Array("step 1: loss=0.5, lr=1e-4 (é) -nan\t3.\n\n--1e+ 7..2 .\n".utf8)
        for _ in 0..<3000 { _ = try? TextComparer().compare(original, mutated(original, &generator), rule: rule) }
    }
}
