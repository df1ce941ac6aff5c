import RepriseModel
import RepriseSystem

/// Compares the outputs of two executions, each by the class that the experiment declares for it.
///
/// Equal digests are the same under every class, and nothing is read. Contents are read only where a tolerance may
/// forgive what parts them, or to say where they part. Of several rules that match a path the last one counts; a path
/// below `outputs/` is also matched by a rule for what follows; without a rule the class is `bitwise`.
package struct OutputComparison: Sendable {
    /// A file of more bytes is not read number by number.
    package static let contentLimit = 256 << 20
    /// A file of more bytes is not read to say where its formatted content parts, only at which byte.
    private static let placeLimit = 64 << 20

    private let files: any FileSystem
    private let rules: [(pattern: PathPattern, tolerance: Tolerance)]

    package init(files: any FileSystem, rules: [OutputRule]) {
        self.files = files
        self.rules = rules.map { (PathPattern($0.pattern), $0.tolerance) }
    }

    /// The class for an output's path.
    package func tolerance(for path: String) -> Tolerance {
        func declared(_ path: some StringProtocol) -> Tolerance? {
            rules.last { $0.pattern.matches(String(path)) }?.tolerance
        }
        return declared(path) ?? (path.hasPrefix("outputs/") ? declared(path.dropFirst(8)) : nil) ?? .bitwise
    }

    /// Judges every output of either side, sorted by path. An output that one side lacks is a difference.
    ///
    /// `content` tells where a record's bytes lie on this machine; nil where they are no longer kept.
    package func judge(
        _ left: [OutputRecord],
        _ right: [OutputRecord],
        content: (OutputRecord, Side) -> String?
    ) -> [OutputJudgement] {
        // By bytes: names that only look the same are two files.
        let originals = Dictionary(left.map { (Array($0.path.utf8), $0) }, uniquingKeysWith: { _, last in last })
        let others = Dictionary(right.map { (Array($0.path.utf8), $0) }, uniquingKeysWith: { _, last in last })
        return Set(originals.keys).union(others.keys).sorted { $0.lexicographicallyPrecedes($1) }
            .map { name in
                let path = String(decoding: name, as: UTF8.self)
                guard let one = originals[name], let other = others[name] else {
                    let side = originals[name] == nil ? "repeat" : "original"
                    return OutputJudgement(
                        path: path,
                        outcome: .differs,
                        tolerance: tolerance(for: path),
                        reason: "only the \(side) left it"
                    )
                }
                return judge(one, other, content: content)
            }
    }

    private func judge(
        _ left: OutputRecord,
        _ right: OutputRecord,
        content: (OutputRecord, Side) -> String?
    ) -> OutputJudgement {
        let tolerance = tolerance(for: left.path)
        var judgement = OutputJudgement(path: left.path, outcome: .same, tolerance: tolerance, format: "bytes")
        if (left.mode & 0o111 == 0) != (right.mode & 0o111 == 0) {
            judgement.outcome = .differs
            judgement.reason = "only the \(left.mode & 0o111 == 0 ? "repeat" : "original")'s may be executed"
        } else if left.digest == right.digest {
            if tolerance == .statistical { judgement.reason = "bit for bit, which is more than its class asks" }
        } else {
            let paths = content(left, .left).flatMap { one in content(right, .right).map { (one, $0) } }
            judgement.outcome = .differs
            judgeContent(paths, sizes: (left.bytes, right.bytes), &judgement)
        }
        return judgement
    }

    private func judgeContent(
        _ paths: (String, String)?,
        sizes: (Int64, Int64),
        _ judgement: inout OutputJudgement
    ) {
        if judgement.tolerance == .bitwise {
            if let paths { locate(paths, sizes: sizes, &judgement) }
            return
        }
        judgement.format = nil
        judgement.outcome = .undecided
        guard let rule = NumberRule(judgement.tolerance) else {
            judgement.reason = "the class `statistical` needs several repeats to know the spread"
            return
        }
        guard let paths else {
            judgement.reason = "its bytes differ, and the contents are no longer kept"
            return
        }
        do throws(FileError) {
            let left = try files.read(paths.0, limit: Self.contentLimit)
            let right = try files.read(paths.1, limit: Self.contentLimit)
            judgeNumbers(left, right, rule, &judgement)
        } catch {
            if case .tooLarge = error.reason {
                let size = Quantities.text(bytes: max(sizes.0, sizes.1))
                judgement.reason =
                    "its bytes differ, and at \(size) it is too large to compare its numbers (at most 256 MiB)"
            } else {
                judgement.reason = "its bytes differ, and \(error.what): \(error.message)"
            }
        }
    }

    private func judgeNumbers(
        _ left: [UInt8],
        _ right: [UInt8],
        _ rule: NumberRule,
        _ judgement: inout OutputJudgement
    ) {
        let reading = ContentReading(path: judgement.path, left, right, rule: rule)
        judgement.format = reading.format
        switch reading.result {
        case .same(let largest):
            judgement.outcome = .same
            judgement.largestDifference = largest
        case .differs(let spot):
            judgement.outcome = .differs
            judgement.spot = spot
        case nil:
            judgement.reason = "its bytes differ, and \(reading.obstacle ?? "no format that is compared fits it")"
        }
    }

    /// Says where two contents part whose bytes are to be equal.
    private func locate(_ paths: (String, String), sizes: (Int64, Int64), _ judgement: inout OutputJudgement) {
        do throws(FileError) {
            if max(sizes.0, sizes.1) <= Self.placeLimit {
                let left = try files.read(paths.0, limit: Self.placeLimit)
                let right = try files.read(paths.1, limit: Self.placeLimit)
                let reading = ContentReading(path: judgement.path, left, right, rule: .bitwise)
                if case .differs(let spot)? = reading.result {
                    judgement.format = reading.format
                    judgement.spot = spot
                    return
                }
                if case .same? = reading.result, let format = reading.format {
                    judgement.reason = "as \(format) the two say the same; their bytes differ"
                }
            }
            judgement.spot = try firstByte(paths)
        } catch {
            judgement.reason = "\(error.what): \(error.message)"
        }
    }

    private func firstByte(_ paths: (String, String)) throws(FileError) -> Spot? {
        var offset: Int64 = 0
        let piece = 1 << 20
        while true {
            let left = try files.read(paths.0, offset: offset, count: piece)
            let right = try files.read(paths.1, offset: offset, count: piece)
            if left != right {
                let index = zip(left, right).enumerated().first { $0.element.0 != $0.element.1 }?.offset
                let at = index ?? min(left.count, right.count)
                return Spot(place: "byte \(offset + Int64(at))", left: octet(left, at), right: octet(right, at))
            }
            if left.isEmpty { return nil }
            offset += Int64(left.count)
        }
    }

    private func octet(_ bytes: [UInt8], _ index: Int) -> String {
        guard index < bytes.count else { return "the end" }
        let digits = String(bytes[index], radix: 16)
        return "0x" + (digits.count == 1 ? "0" : "") + digits
    }
}
