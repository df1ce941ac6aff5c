/// A moment in milliseconds since 1970-01-01T00:00:00Z, as MLflow counts.
public struct Timestamp: Hashable, Sendable, Comparable, Codable {
    public var milliseconds: Int64

    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// The moment `duration` later.
    public func advanced(by duration: Duration) -> Timestamp {
        let (seconds, attoseconds) = duration.components
        return Timestamp(milliseconds: milliseconds + seconds * 1000 + attoseconds / 1_000_000_000_000_000)
    }

    /// How long after `earlier` this is; negative where a clock jumped back.
    public func since(_ earlier: Timestamp) -> Duration { .milliseconds(milliseconds - earlier.milliseconds) }

    public init(from decoder: any Decoder) throws {
        milliseconds = try decoder.singleValueContainer().decode(Int64.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(milliseconds)
    }
}

extension Timestamp: CustomStringConvertible {
    /// ISO 8601 in UTC with milliseconds: `2026-03-01T09:30:00.250Z`.
    ///
    /// Days become dates by Howard Hinnant's `civil_from_days` (proleptic Gregorian calendar).
    public var description: String {
        let (whole, signed) = milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let (day, rest) = signed < 0 ? (whole - 1, signed + 86_400_000) : (whole, signed)
        let shifted = day + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        let date = [pad(year, 4), pad(month, 2), pad(dayOfYear - (153 * shiftedMonth + 2) / 5 + 1, 2)]
        let time = [pad(rest / 3_600_000, 2), pad(rest / 60_000 % 60, 2), pad(rest / 1000 % 60, 2)]
        return "\(date.joined(separator: "-"))T\(time.joined(separator: ":")).\(pad(rest % 1000, 3))Z"
    }

    private func pad(_ number: Int64, _ width: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, width - text.count)) + text
    }
}
