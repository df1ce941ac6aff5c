import Testing

/// A call that has a home, and what to do elsewhere.
private struct BannedCall {
    var text: String
    /// Folders and files in which it may stand.
    var homes: [String]
    var instead: String

    func allows(_ file: String) -> Bool { homes.contains { file.hasPrefix($0) } }
}

private let live = "Sources/RepriseSystem/Live/"

private let bannedCalls: [BannedCall] = [
    BannedCall(text: "Date()", homes: [live], instead: "take a `WallClock`"),
    BannedCall(text: "Date.now", homes: [live], instead: "take a `WallClock`"),
    BannedCall(text: "UUID()", homes: [live], instead: "draw a `RunID` from an `Entropy`"),
    BannedCall(text: ".random(", homes: [live], instead: "take an `Entropy`"),
    BannedCall(text: ".randomElement(", homes: [live], instead: "take an `Entropy`"),
    BannedCall(text: "SystemRandomNumberGenerator", homes: [live], instead: "take an `Entropy`"),
    BannedCall(text: "FileManager", homes: [live, testKit], instead: "take a `FileSystem`"),
    BannedCall(text: "ProcessInfo", homes: [live, testKit], instead: "take what you need as a parameter"),
    BannedCall(text: "getenv", homes: [live], instead: "take the environment as a parameter"),
    BannedCall(text: "Task.sleep", homes: [live, testKit], instead: "sleep on a `Clock` that is passed in"),
    BannedCall(text: "Task.detached", homes: [], instead: "use a task group"),
    BannedCall(text: "DispatchQueue", homes: [], instead: "use an actor, or a Mutex in a final class"),
    BannedCall(text: "DispatchSemaphore", homes: [], instead: "await the result"),
    BannedCall(
        text: "print(",
        homes: ["Sources/RepriseCommands/", "Sources/reprise/"],
        instead: "return the value; commands print"
    ),
    BannedCall(text: "fatalError(", homes: [], instead: "throw a `RepriseError`"),
]

private let bannedEverywhere: [(text: String, instead: String)] = [
    ("try!", "let the error through"),
    ("as!", "use `as?` and say what to do otherwise"),
    ("@unchecked", "use an actor, or a Mutex in a final class"),
    ("nonisolated(unsafe)", "use an actor, or a Mutex in a final class"),
    // It crashes now and then while it counts open files, and leaves zombies.
    ("Process()", "use a `LiveProcessRunner`"),
]

private let testKit = "Sources/RepriseTestKit/"

@Suite struct `Calls` {
    @Test func `what has a home is called there only`() {
        for file in Repository.files(in: "Sources", kind: "swift") {
            let calls = bannedCalls.filter { !$0.allows(file) && callExceptions[file]?.contains($0.text) != true }
            for (index, line) in Repository.lines(of: file).enumerated() {
                let code = SwiftText.code(of: line)
                for call in calls where contains(code, word: call.text) {
                    // With a generator that is passed in, random numbers are the caller's.
                    if call.text.contains(".random"), code.contains("using: &") { continue }
                    Issue.record("\(file):\(index + 1) uses `\(call.text)`. Instead: \(call.instead).")
                }
            }
        }
    }

    @Test func `nothing unsafe stands anywhere`() {
        for file in Repository.files(in: "Sources", kind: "swift") + Repository.files(in: "Tests", kind: "swift") {
            for (index, line) in Repository.lines(of: file).enumerated() {
                let code = SwiftText.code(of: line)
                for rule in bannedEverywhere where contains(code, word: rule.text) {
                    Issue.record("\(file):\(index + 1) uses `\(rule.text)`. Instead: \(rule.instead).")
                }
            }
        }
    }

    @Test func `no work is left as a note in the code`() {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X"]
        for file in Repository.files() where file.hasSuffix(".swift") || file.hasSuffix(".py") || file.hasSuffix(".c") {
            for (index, line) in Repository.lines(of: file).enumerated() {
                for mark in marks where contains(line, word: mark) {
                    Issue.record("\(file):\(index + 1) says \(mark). Do it, or open an issue.")
                }
            }
        }
    }

    @Test func `every exception is needed`() {
        for (file, calls) in callExceptions {
            let code = Repository.lines(of: file).map(SwiftText.code)
            for call in calls {
                #expect(
                    code.contains { contains($0, word: call) },
                    "\(file) needs no exception for `\(call)` any more. Take it out of Exceptions.swift."
                )
            }
        }
    }

    /// Whether the text stands in the code with no letter right before it, so that `fingerprint(` is no `print(`.
    private func contains(_ code: String, word: String) -> Bool {
        var rest = code[...]
        while let range = rest.firstRange(of: word) {
            let before = range.lowerBound == code.startIndex ? nil : code[code.index(before: range.lowerBound)]
            let after = range.upperBound == code.endIndex ? nil : code[range.upperBound]
            let isWhole = word.last?.isLetter != true || after.map { !$0.isLetter && !$0.isNumber } ?? true
            let isBare =
                word.first?.isLetter != true || before.map { !$0.isLetter && !$0.isNumber && $0 != "_" } ?? true
            if isBare, isWhole { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }
}
