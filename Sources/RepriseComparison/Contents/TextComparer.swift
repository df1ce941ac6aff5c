/// Text of any kind: what stands between numbers is to be equal, numbers are within the rule.
///
/// A number is a word of its own: `0.5` in `loss=0.5,` is one, `3` in `layer3` or in `v1.3.0` is none. Blanks that
/// pad columns count as one blank.
struct TextComparer: ContentComparer {
    let name = "text"
    let suffixes = [".txt", ".log", ".md", ".dat"]

    func recognises(_ head: ArraySlice<UInt8>) -> Bool { !head.contains(0) }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        try contentResult { () throws(WalkEnd) in
            var meter = NumberMeter(rule: rule)
            var (leftLines, rightLines) = (Lines(left), Lines(right))
            while true {
                switch (leftLines.next(), rightLines.next()) {
                case (nil, nil):
                    try sameEnd(left, right)
                    return meter.largestAbsolute
                case (let one?, nil):
                    throw .differs(Spot(place: "line \(one.number)", left: excerpt(left[one.range]), right: "nothing"))
                case (nil, let other?):
                    throw .differs(
                        Spot(place: "line \(other.number)", left: "nothing", right: excerpt(right[other.range]))
                    )
                case (let one?, let other?):
                    let (leftLine, rightLine) = (left[one.range], right[other.range])
                    if leftLine != rightLine { try line(one.number, leftLine, rightLine, &meter) }
                }
            }
        }
    }

    private func sameEnd(_ left: [UInt8], _ right: [UInt8]) throws(WalkEnd) {
        let (leftEnds, rightEnds) = (left.last == 0x0A, right.last == 0x0A)
        guard leftEnds != rightEnds else { return }
        func text(_ ends: Bool) -> String { ends ? "a line end" : "no line end" }
        throw .differs(Spot(place: "the last line", left: text(leftEnds), right: text(rightEnds)))
    }

    private func line(
        _ number: Int,
        _ left: ArraySlice<UInt8>,
        _ right: ArraySlice<UInt8>,
        _ meter: inout NumberMeter
    ) throws(WalkEnd) {
        var (leftWords, rightWords) = (TextWords(left), TextWords(right))
        while true {
            let (one, other) = (leftWords.next(), rightWords.next())
            guard one != nil || other != nil else { return }
            if let one, let other, isSame(one, other) { continue }
            let start = one?.startIndex ?? left.endIndex
            // A column counts characters: bytes that go on a UTF-8 sequence are none.
            let column = left[left.startIndex..<start].count { $0 & 0xC0 != 0x80 } + 1
            let place = "line \(number), column \(column)"
            if let one, let other, let leftNumber = Number(text: one), let rightNumber = Number(text: other) {
                if meter.forgives(leftNumber, rightNumber) { continue }
                throw .differs(meter.spot(place, leftNumber, rightNumber))
            }
            throw .differs(
                Spot(place: place, left: one.map(excerpt) ?? "nothing", right: other.map(excerpt) ?? "nothing")
            )
        }
    }

    private func isSame(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        one == other || one.first?.isBlank == true && other.first?.isBlank == true
    }
}

/// The parts of a line: runs of blanks, words, numbers with their sign, and single other bytes.
private struct TextWords {
    private var rest: ArraySlice<UInt8>
    private var followsWord = false

    init(_ line: ArraySlice<UInt8>) { rest = line }

    mutating func next() -> ArraySlice<UInt8>? {
        guard let first = rest.first else { return nil }
        let length: Int
        if first.isBlank {
            length = rest.prefix { $0.isBlank }.count
        } else if first.isWord {
            length = wordLength(rest)
        } else if first == UInt8(ascii: "-") || first == UInt8(ascii: "+"), !followsWord {
            let word = wordLength(rest.dropFirst())
            length = Number(text: rest.prefix(1 + word)) == nil ? 1 : 1 + word
        } else {
            length = 1
        }
        let part = rest.prefix(length)
        rest = rest.dropFirst(length)
        followsWord = part.last?.isWord == true
        return part
    }

    /// A run of word bytes, with the sign of an exponent inside of it and without the full stop of a sentence.
    private func wordLength(_ text: ArraySlice<UInt8>) -> Int {
        var end = text.startIndex
        while end < text.endIndex {
            let byte = text[end]
            let isSign = byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
            guard byte.isWord || isSign && isExponent(text[text.startIndex..<end], text[end...].dropFirst().first)
            else {
                break
            }
            end += 1
        }
        let word = text[text.startIndex..<end]
        return word.count > 1 && word.last == UInt8(ascii: ".") ? word.count - 1 : word.count
    }

    private func isExponent(_ word: ArraySlice<UInt8>, _ next: UInt8?) -> Bool {
        guard word.count <= 40, let last = word.last, last | 0x20 == UInt8(ascii: "e"), next?.isDigit == true else {
            return false
        }
        return Number(text: word.dropLast()) != nil
    }
}

extension UInt8 {
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
    fileprivate var isWord: Bool {
        isDigit || isLetter || self == UInt8(ascii: ".") || self == UInt8(ascii: "_") || self >= 0x80
    }
}
