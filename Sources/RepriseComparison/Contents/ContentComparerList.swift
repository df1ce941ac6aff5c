/// Every format whose numbers are compared, in the order in which a content is shown to them.
package let contentComparers: [any ContentComparer] = [
    NumPyComparer(),
    NumPyArchiveComparer(),
    JSONComparer(),
    JSONLinesComparer(),
    TableComparer(name: "CSV", suffix: ".csv"),
    TableComparer(name: "TSV", suffix: ".tsv"),
    TextComparer(),
]

/// The comparer for a file: by the ending of its name where both contents look like it, else the first that
/// recognises both; nil where none does.
package func contentComparer(for path: String, _ left: [UInt8], _ right: [UInt8]) -> (any ContentComparer)? {
    let name = path.lowercased()
    let (leftHead, rightHead) = (left.prefix(8192), right.prefix(8192))
    func fits(_ comparer: any ContentComparer) -> Bool {
        comparer.recognises(leftHead) && comparer.recognises(rightHead)
    }
    let named = contentComparers.first { $0.suffixes.contains { name.hasSuffix($0) } && fits($0) }
    // JSON lines and tables look like text: only a name tells them.
    return named ?? contentComparers.first { !($0 is JSONLinesComparer || $0 is TableComparer) && fits($0) }
}
