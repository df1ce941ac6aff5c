/// Why a line is no metric.
package enum MetricLineFault: Error, Hashable, Sendable {
    /// Something other than one JSON object stands there.
    case syntax
    case key
    case boolean, null, text, nested
    case step, time
    /// Longer than a line may be.
    case long

    /// The reason as it stands in a note.
    package var text: String {
        switch self {
        case .syntax: "it is no JSON object"
        case .key: "a key is empty or no UTF-8"
        case .boolean: "a boolean is no metric"
        case .null: "`null` is no metric"
        case .text: "a text is no metric, other than \"NaN\", \"Infinity\" and \"-Infinity\""
        case .nested: "a list or an object is no metric"
        case .step: "`step` is no whole number"
        case .time: "`time` is no number of seconds since 1970"
        case .long: "it is longer than 1 MiB"
        }
    }
}
