/// Several NumPy arrays in one zip archive, as `numpy.savez` and `savez_compressed` write them: compared by name, each
/// array as `NumPyComparer` does, anything else byte by byte.
struct NumPyArchiveComparer: ContentComparer {
    let name = "NumPy archive"
    let suffixes = [".npz"]
    /// Bytes of all arrays of one side, once decompressed.
    static let limit = 1 << 30

    func recognises(_ head: ArraySlice<UInt8>) -> Bool { head.starts(with: [0x50, 0x4B, 3, 4]) }

    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult {
        let (one, other) = (try ZipArchive(left, side: .left), try ZipArchive(right, side: .right))
        let (leftEntries, rightEntries) = (try entries(one), try entries(other))
        var meter = NumberMeter(rule: rule)
        for name in Set(leftEntries.keys).union(rightEntries.keys).sorted() {
            guard let first = leftEntries[name], let second = rightEntries[name] else {
                let words = leftEntries[name] == nil ? ("absent", "present") : ("present", "absent")
                return .differs(Spot(place: shown(name), left: words.0, right: words.1))
            }
            let contents = (try one.content(first), try other.content(second))
            if contents.0 == contents.1 { continue }
            if let spot = try spot(name, contents.0, contents.1, &meter) { return .differs(spot) }
        }
        return .same(largest: meter.largestAbsolute)
    }

    private func entries(_ archive: ZipArchive) throws(ContentError) -> [String: ZipArchive.Entry] {
        guard archive.entries.reduce(0, { $0 + $1.size }) <= Self.limit else {
            throw .unsupported("the arrays in the zip archive take more than 1 GiB")
        }
        return Dictionary(archive.entries.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
    }

    private func spot(
        _ name: String,
        _ left: [UInt8],
        _ right: [UInt8],
        _ meter: inout NumberMeter
    ) throws(ContentError) -> Spot? {
        guard name.hasSuffix(".npy") else {
            return Spot(place: name, left: "\(left.count) bytes", right: "\(right.count) other bytes")
        }
        let arrays = (try NumPyArray(left[...], side: .left), try NumPyArray(right[...], side: .right))
        return spotWhereTheyPart(arrays.0, arrays.1, name: shown(name), &meter)
    }

    private func shown(_ name: String) -> String { name.hasSuffix(".npy") ? String(name.dropLast(4)) : name }
}
