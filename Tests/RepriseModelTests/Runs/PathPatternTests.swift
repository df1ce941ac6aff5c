import RepriseModel
import Testing

@Suite struct `A pattern for paths` {
    @Test(arguments: [
        ("model.json", "model.json"), ("*.json", "model.json"), ("plots/*.png", "plots/a.png"), ("**/*.png", "a.png"),
        ("**/*.png", "x/y/a.png"), ("x/**/a.png", "x/a.png"), ("x/**/a.png", "x/y/z/a.png"), ("x/**", "x/y/z"),
        ("plots", "plots/a/b.png"), ("plots/", "plots/a.png"), ("?.txt", "a.txt"), ("[a-c].txt", "b.txt"),
        ("[!a-c].txt", "d.txt"),
        ("./a", "a"), ("a*b*c", "aXbXbXc"), ("[]a]", "]"), ("**", "a/b"), ("a[", "a["), ("*é*", "caféx"),
        ("caf?", "café"),
    ])
    func `matches`(pattern: String, path: String) { #expect(PathPattern(pattern).matches(path)) }

    @Test(arguments: [
        ("*.json", "a/model.json"), ("plots/*.png", "plots/x/a.png"), ("x/**", "x"), ("?", "ab"), ("[a-c]", "d"),
        ("[!a-c]", "a"),
        ("", "a"), ("model", "model.json"), ("a*b", "abc"), ("plots", "plots2/a"),
    ])
    func `does not match`(pattern: String, path: String) { #expect(!PathPattern(pattern).matches(path)) }

    @Test(arguments: [
        ("x/*.png", "x", true), ("x/*.png", "y", false), ("x/y/z", "x/y", true), ("x/y", "x/z", false),
        ("**/z", "a/b/c", true),
        ("x", "x/y", true), ("x/**", "x/y/z", true), ("*", "x", true), ("a*/b", "abc", true), ("[", "x", false),
    ])
    func `knows which folders are worth a walk`(pattern: String, folder: String, isWorth: Bool) {
        #expect(PathPattern(pattern).reaches(folder) == isWorth)
    }

    @Test func `takes no longer for many stars`() {
        let stars = String(repeating: "*a", count: 200)
        #expect(!PathPattern(stars + "b").matches(String(repeating: "a", count: 4000)))
        let folders = String(repeating: "**/", count: 60) + "b"
        #expect(!PathPattern(folders).matches(String(repeating: "a/", count: 400)))
    }
}
