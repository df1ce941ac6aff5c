/// Compares two contents of one format, number by number.
///
/// A format is one file with a conforming type, and one line in `contentComparers`.
package protocol ContentComparer: Sendable {
    /// What people call the format: `JSON`, `NumPy`.
    var name: String { get }
    /// File name endings with their dot, in lower case.
    var suffixes: [String] { get }
    /// Whether a content that starts so may be of this format.
    func recognises(_ head: ArraySlice<UInt8>) -> Bool
    /// Walks both. Never reads outside of them, and its work and memory are bounded by their size.
    func compare(_ left: [UInt8], _ right: [UInt8], rule: NumberRule) throws(ContentError) -> ContentResult
}

package enum ContentResult: Hashable, Sendable {
    /// The same under the rule; the largest distance between two numbers.
    case same(largest: Double)
    case differs(Spot)
}

/// A content that a comparer cannot walk.
package enum ContentError: Error, Hashable, Sendable {
    /// One side is not of the format.
    case malformed(Side, String)
    /// Of the format, but of a kind that is not compared. The reason is shown to people.
    case unsupported(String)
}

/// What a walk throws to end at once.
enum WalkEnd: Error {
    case differs(Spot)
    case content(ContentError)
}

/// Runs a walk that ends by an error where it finds a difference.
func contentResult(_ walk: () throws(WalkEnd) -> Double) throws(ContentError) -> ContentResult {
    do {
        return .same(largest: try walk())
    } catch {
        switch error {
        case .differs(let spot): return .differs(spot)
        case .content(let error): throw error
        }
    }
}

/// The text for a spot: at most 60 characters, control characters made visible.
func excerpt(_ bytes: some Collection<UInt8>) -> String {
    let text = String(decoding: Array(bytes.prefix(240)), as: UTF8.self)
    let shown = text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? $0.escaped(asASCII: true) : String($0) }
    return shown.count <= 60 ? shown.joined() : shown.prefix(59).joined() + "…"
}
