import Testing

@testable import RepriseDispatchers

@Suite struct `A look at a workspace` {
    @Test func `it tells pieces of files, ends and an answer`() throws {
        let text =
            "answer\n1|2\n\n\u{1}end 0\nfile jobs/a/stdout.log 4 6\none\ntw\n\u{1}end\nexit jobs/a/exit.json\ndone\n"
        let look = RemoteLook(Array(text.utf8))
        #expect(look.isWhole)
        #expect(look.answer?.text == "1|2\n" && look.answer?.status == 0)
        #expect(look.exits == ["jobs/a/exit.json"])
        #expect(look.pieces == [.init(path: "jobs/a/stdout.log", offset: 4, bytes: Array("one\ntw".utf8))])
    }

    @Test func `a piece may hold what looks like its end, and may be shorter than announced`() {
        let tricky = "a\n\u{1}end\nb"
        let whole = RemoteLook(Array("file p 0 \(tricky.utf8.count)\n\(tricky)\n\u{1}end\ndone\n".utf8))
        #expect(whole.isWhole && whole.pieces.map(\.bytes) == [Array(tricky.utf8)])
        let short = RemoteLook(Array("file p 0 100\nab\n\u{1}end\nfile q 0 1\nc\n\u{1}end\ndone\n".utf8))
        #expect(short.isWhole && short.pieces.map { String(decoding: $0.bytes, as: UTF8.self) } == ["ab", "c"])
    }

    @Test(arguments: ["", "done", "file p 0 3\nab", "answer\nx", "file p 0 3\nabc\n\u{1}end", "Welcome!\ndone\n"])
    func `what is cut off is not whole`(_ text: String) { #expect(!RemoteLook(Array(text.utf8)).isWhole) }
}
