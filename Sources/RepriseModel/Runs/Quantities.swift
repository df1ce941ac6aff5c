/// Sizes and times as people write and read them.
public enum Quantities {
    /// Bytes of `4GiB`, `500MB`, `1.5 GB`, `1024`. `K`, `M`, `G`, `T` alone count in 1024s, as Slurm does.
    public static func bytes(_ text: String) -> Int64? {
        amount(
            text,
            units: [
                "": 1, "b": 1, "k": 1024, "m": 1_048_576, "g": 1_073_741_824, "t": 1_099_511_627_776,
                "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "tib": 1_099_511_627_776,
                "kb": 1000, "mb": 1_000_000, "gb": 1_000_000_000, "tb": 1_000_000_000_000,
            ]
        )
    }

    /// Milliseconds of `30m`, `1h30m`, `2d`, `250ms`, `1.5h`, `90` (seconds) or `01:30:00`.
    public static func milliseconds(_ text: String) -> Int64? {
        let clock = text.split(separator: ":", omittingEmptySubsequences: false)
        if clock.count == 2 || clock.count == 3 {
            let numbers = clock.compactMap { Int64($0) }
            // Below a hundred million hours nothing overflows.
            guard numbers.count == clock.count, numbers.allSatisfy({ (0..<100_000_000).contains($0) }) else {
                return nil
            }
            return numbers.reduce(0) { $0 * 60 + $1 } * 1000
        }
        var total: Int64 = 0
        var rest = text.filter { $0 != " " }[...]
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let number = rest.prefix { $0.isNumber || $0 == "." }
            let unit = rest.dropFirst(number.count).prefix { $0.isLetter }
            let units: [String: Double] = [
                "": 1000, "ms": 1, "s": 1000, "m": 60_000, "min": 60_000, "h": 3_600_000, "d": 86_400_000,
            ]
            guard let count = Double(number), let factor = units[unit.lowercased()], count.isFinite,
                count * factor < 9e15
            else { return nil }
            total += Int64((count * factor).rounded())
            guard total < 9_000_000_000_000_000 else { return nil }
            rest = rest.dropFirst(number.count + unit.count)
        }
        return total
    }

    private static func amount(_ text: String, units: [String: Double]) -> Int64? {
        let trimmed = text.filter { $0 != " " }
        let number = trimmed.prefix { $0.isNumber || $0 == "." }
        let unit = trimmed.dropFirst(number.count).lowercased()
        guard let count = Double(number), let factor = units[unit], count * factor < 9e18 else { return nil }
        return Int64((count * factor).rounded())
    }

    /// `1.5 GiB`, `512 B`.
    public static func text(bytes: Int64) -> String {
        var amount = Double(bytes)
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if abs(amount) < 1024 { return "\(short(amount)) \(unit)" }
            amount /= 1024
        }
        return "\(short(amount)) TiB"
    }

    /// `250 ms`, `12.3 s`, `4m 05s`, `2h 10m`, `3d 4h`.
    public static func text(milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        switch milliseconds {
        case ..<1000: return "\(milliseconds) ms"
        case ..<60_000: return "\(short(Double(milliseconds) / 1000)) s"
        case ..<3_600_000: return "\(seconds / 60)m \(padded(seconds % 60))s"
        case ..<86_400_000: return "\(seconds / 3600)h \(padded(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d \(seconds / 3600 % 24)h"
        }
    }

    private static func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func short(_ amount: Double) -> String {
        let tenths = (amount * 10).rounded() / 10
        return tenths == tenths.rounded() ? "\(Int64(tenths))" : "\(tenths)"
    }
}
