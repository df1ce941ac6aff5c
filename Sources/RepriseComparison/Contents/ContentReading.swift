/// What two contents say under a rule, read by the format that fits them.
struct ContentReading {
    private(set) var format: String?
    /// Nil where no format could be read.
    private(set) var result: ContentResult?
    /// Why there is no result.
    private(set) var obstacle: String?

    /// Tries the format that the name and the contents suggest, and then text.
    init(path: String, _ left: [UInt8], _ right: [UInt8], rule: NumberRule) {
        guard let comparer = contentComparer(for: path, left, right) else { return }
        do throws(ContentError) {
            result = try comparer.compare(left, right, rule: rule)
            format = comparer.name
        } catch {
            read(error, as: comparer.name, left, right, rule)
        }
    }

    private mutating func read(
        _ error: ContentError,
        as name: String,
        _ left: [UInt8],
        _ right: [UInt8],
        _ rule: NumberRule
    ) {
        let text = TextComparer()
        switch error {
        case .unsupported(let reason): obstacle = reason
        case .malformed(let side, let reason):
            if text.recognises(left.prefix(8192)), text.recognises(right.prefix(8192)),
                let reading = try? text.compare(left, right, rule: rule)
            {
                (format, result) = (text.name, reading)
            } else if side == .right {
                // The original could be read: what the other one is not is a difference.
                (format, result) = (name, .differs(Spot(place: "the whole", left: name, right: reason)))
            } else {
                obstacle = "the original cannot be read as \(name): \(reason)"
            }
        }
    }
}
