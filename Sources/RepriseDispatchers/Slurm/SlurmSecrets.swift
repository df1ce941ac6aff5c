import RepriseModel
import RepriseSystem

/// A job's secrets on their way to a node.
///
/// What `sbatch` hands over lies in a file of the controller's, from the submission until some time after the job's end,
/// and what lies in the job's folder may be copied by whoever keeps the file system. So each gets one half: random bytes,
/// and those bytes added to the secret without carry.
struct SlurmSecrets: Hashable, Sendable {
    static let variable = "REPRISE_HALVES"
    static let file = "slurm.half"

    /// The value of `variable`: a word for each secret.
    var environment: String
    /// The text of `file`: a line for each secret.
    var text: String

    /// A full stop ends each value, so that a last line break survives the shell and an empty value is a word.
    init(_ secrets: [String: String], using entropy: any Entropy) {
        var words: [String] = []
        var lines = ""
        for (name, value) in secrets.sorted(by: { $0.key < $1.key }) {
            let plain = Array(value.utf8) + [UInt8(ascii: ".")]
            let random = plain.map { _ in UInt8(truncatingIfNeeded: entropy.next() >> 24) }
            words.append(hexadecimal(random))
            lines += "\(name) \(hexadecimal(zip(plain, random).map { $0 ^ $1 }))\n"
        }
        environment = words.joined(separator: " ")
        text = lines
    }
}
