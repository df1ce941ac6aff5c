/// Limits that an account or a quality of service (Slurm's associations and QOS) sets, by Slurm's words for them:
/// `QOSMaxWallDurationPerJobLimit`, `AssocMaxSubmitJobLimit`, and their hundred relatives.
enum SlurmLimits {
    /// The limit among these words; nil where there is none.
    static func named(in words: String) -> String? {
        words.split { !$0.isASCII || !($0.isLetter || $0.isNumber) }.map(String.init).first(where: isLimit)
    }

    static func isLimit(_ word: String) -> Bool {
        ["Max", "Min", "Grp"].contains { word.hasPrefix("QOS" + $0) || word.hasPrefix("Assoc" + $0) }
    }

    /// Whether it is one that a job exceeds by itself, whatever else runs, so that no waiting helps.
    static func concernsOneJob(_ word: String) -> Bool {
        guard isLimit(word) else { return false }
        return ["PerJob", "PerNode", "NotSatisfied"].contains { word.contains($0) }
    }

    /// As the end of `asks for more than the quality of service …`.
    static func owner(of word: String, _ settings: SlurmSettings) -> String {
        if word.hasPrefix("QOS") {
            return settings.qos.map { "the quality of service `\($0)`" } ?? "its quality of service"
        }
        return settings.account.map { "the account `\($0)`" } ?? "its account"
    }

    /// Why a job that waits because of this limit never begins; nil where it may.
    static func hopelessness(_ word: String, _ settings: SlurmSettings) -> String? {
        guard concernsOneJob(word) else { return nil }
        let owner = owner(of: word, settings)
        if word.contains("NotSatisfied") { return "asks for less than \(owner) wants of a job (\(word))" }
        let what = word.contains("Wall") ? "more time" : "more"
        return "asks for \(what) than \(owner) lets a job have (\(word))"
    }
}
