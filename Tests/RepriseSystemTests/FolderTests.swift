import RepriseSystem
import Testing

@Suite struct `The folder of a path` {
    @Test(arguments: [
        ("a", "."), ("/a", "/"), ("/a/b", "/a"), ("a/b/c", "a/b"), ("/a/\u{301}b", "/a"),
        ("/a/b\u{301}/\u{200D}", "/a/b\u{301}"),
    ])
    func `is what stands before its last name`(path: String, expected: String) {
        #expect(Array(folder(of: path).utf8) == Array(expected.utf8))
    }

    @Test func `is found for names that begin with a mark`() {
        #expect(Array(lastName(of: "/a/\u{301}b").utf8) == Array("\u{301}b".utf8))
        #expect(lastName(of: "b") == "b")
        #expect(lastName(of: "a/") == "")
        #expect(Array(absolutePath("x/../\u{301}y//z/.", from: "/a/\u{301}b/..").utf8) == Array("/a/\u{301}y/z".utf8))
        #expect(absolutePath("../../../..", from: "/a") == "/")
    }
}
