/// JSON documents: structure, keys and texts are to be equal, numbers within the rule. Blanks, the order of keys and
/// the way in which a text is escaped do not count.
struct JSONComparer: ContentComparer {
    let name = "JSON"
    let suffixes = [".json", ".geojson", ".ipynb"]

    func recognises(_ head: ArraySlice<UInt8>) -> Bool {
        let first = head.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        try contentResult { () throws(WalkEnd) in
            var walk = JSONWalk(
                left: JSONScanner(bytes: left, range: left.indices, side: .left),
                right: JSONScanner(bytes: right, range: right.indices, side: .right),
                meter: NumberMeter(rule: rule)
            )
            try walk.document()
            return walk.meter.largestAbsolute
        }
    }
}
