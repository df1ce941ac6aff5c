import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseCommands

@Suite struct `Tables` {
    private let table = Table(
        [.init("id", isWhole: true), .init("name"), .init("state"), .init("loss", .right)],
        rows: [
            ["3f2a9b1c", "digits with a name that goes on and on", .init(RunState.running), "0.25"],
            ["9b1c3f2a", "数字の実験です", .init(RunState.failed), "12.5"],
            ["00000000", "naïve\ncafé\u{1B}[31m 🎉", .init(RunState.finished), ""],
        ]
    )

    @Test func `look as they should`() throws {
        func text(_ width: Int?, _ isUnicode: Bool = true, _ isColoured: Bool = false) -> String {
            table.lines(width: width, isUnicode: isUnicode, isColoured: isColoured).joined(separator: "\n") + "\n"
        }
        let texts = [text(nil), text(60), text(40), text(24), text(40, false), text(50, true, true)]
        try expectGolden(texts.joined(separator: "\n"), "tables.txt")
    }

    @Test func `never grow wider than the terminal while there is something to cut`() {
        for width in 34...120 {
            let lines = table.lines(width: width, isUnicode: true, isColoured: false)
            #expect(lines.allSatisfy { $0.columns <= width }, "\(width)")
        }
    }
}

@Suite struct `Text on a terminal` {
    @Test func `is measured in columns`() {
        #expect("abc".columns == 3)
        #expect("数字".columns == 4)
        #expect("e\u{301}".columns == 1)
        #expect("🎉".columns == 2)
        #expect("\u{200B}".columns == 0)
        #expect("한국".columns == 4)
    }

    @Test func `is cut between characters, wide ones included`() {
        #expect("数字の実験".cut(to: 6, isUnicode: true) == "数字…")
        #expect("digits".cut(to: 6, isUnicode: true) == "digits")
        #expect("digits".cut(to: 4, isUnicode: false) == "dig~")
        #expect("digits".cut(to: 0, isUnicode: true) == "")
    }

    @Test func `loses what could steer the terminal`() {
        #expect("a\u{1B}]0;title\u{07}b\r\nc".harmless == "a]0;titleb  c")
    }

    @Test func `keeps its colours when it is clipped, and ends them`() {
        let red = Paint.red.applied(to: "digits", true)
        #expect(red.clipped(to: 3) == "\u{1B}[31mdig\u{1B}[0m")
        #expect("digits".clipped(to: 3) == "dig")
    }
}
