import Foundation
import RepriseSite
import RepriseTestKit
import Testing

@Suite struct `Redacting` {
    private func redactor(_ secrets: String...) throws -> Redactor {
        Redactor(try secrets.map { try #require(Secret($0)) })
    }

    @Test(arguments: [
        "hunter22", "aHVudGVyMjI=", "aHVudGVyMjI",
    ])
    func `a secret is found bare and in base64`(form: String) throws {
        #expect(try redactor("hunter22").redact("a \(form) b") == "a <redacted> b")
    }

    @Test func `a secret is found in URLs and in JSON`() throws {
        let redactor = try redactor("p@ss w/\"rd")
        for form in ["p%40ss%20w%2F%22rd", "p%40ss%20w%2f%22rd", "p%40ss+w%2F%22rd", #"p@ss w/\"rd"#] {
            #expect(redactor.redact("=\(form);") == "=<redacted>;")
        }
    }

    @Test(arguments: ["", "a", "ab", "abc", "user:", "x:y:"])
    func `a secret inside longer base64 is found`(before: String) throws {
        let secret = "correct-horse-battery"
        let encoded = Data((before + secret + "!").utf8).base64EncodedString()
        let shown = try redactor(secret).redact(encoded)
        #expect(shown.contains("<redacted>"))
        #expect(shown.count - "<redacted>".count <= encoded.count - secret.count)
    }

    @Test func `a secret split anywhere is found`() throws {
        let redactor = try redactor("hunter22", "hunter22-long", "s3cr3t/value")
        let text = Array("x hunter22 y hunter22-long z hunter22-lon s3cr3t/value hunter2 s3cr3t%2Fvalue hunt".utf8)
        let expected = "x <redacted> y <redacted> z <redacted>-lon <redacted> hunter2 <redacted> hunt"
        for first in 0...text.count {
            for second in first...text.count {
                var stream = redactor.stream()
                var shown = stream.feed(Array(text[..<first]))
                shown += stream.feed(Array(text[first..<second]))
                shown += stream.feed(Array(text[second...])) + stream.finish()
                #expect(String(decoding: shown, as: UTF8.self) == expected, "split at \(first) and \(second)")
            }
        }
    }

    @Test func `secrets that overlap leave no rest`() throws {
        #expect(try redactor("abcdef", "defghi").redact("-abcdefghi-") == "-<redacted>-")
        #expect(try redactor("aaaa").redact("aaaaaaa b") == "<redacted> b")
    }

    @Test func `random streams redact as whole texts do`() throws {
        var generator = SeededGenerator(seed: 11)
        let redactor = try redactor("abab", "babba", "aabbaabb")
        for _ in 0..<300 {
            let text = (0..<Int.random(in: 0...60, using: &generator))
                .map { _ in
                    UInt8(ascii: Bool.random(using: &generator) ? "a" : "b")
                }
            var stream = redactor.stream()
            var shown: [UInt8] = []
            var rest = text[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...5, using: &generator)
                shown += stream.feed(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            shown += stream.finish()
            #expect(shown == redactor.redact(text))
            #expect(!String(decoding: shown, as: UTF8.self).contains("abab"))
        }
    }

    @Test func `without secrets bytes pass as they are`() {
        var stream = Redactor([]).stream()
        #expect(stream.feed([0, 255, 10]) == [0, 255, 10])
        #expect(stream.finish().isEmpty)
    }
}
