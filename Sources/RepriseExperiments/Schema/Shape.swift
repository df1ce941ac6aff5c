/// What may stand under a key of an experiment file. Validation and JSON Schema both come from it.
indirect enum Shape: Sendable {
    /// Text; templates may stand in it.
    case text
    /// Text or a number, as an argument of a command.
    case word
    case flag
    case whole(ClosedRange<Int64>)
    /// A number of either kind, from 0 up.
    case amount
    case choice([String])
    /// `4GiB`, or a count of bytes.
    case size
    /// `30m`, or a count of seconds.
    case time
    /// What stands for the values of a sweep, such as `range(1, 9)`.
    case function
    /// Any value of any type.
    case anything
    /// A list that is not empty.
    case list(Shape)
    /// A map with names of the person's choice.
    case map(Shape)
    /// A map with known keys; with `others`, further names of the person's choice.
    case keys([SchemaKey], others: Shape?)
    /// One of several that differ in kind.
    case either([Shape])

    /// What a message says is expected.
    var expected: String {
        switch self {
        case .text: "text"
        case .word: "text or a number"
        case .flag: "`true` or `false`"
        case .whole(let range):
            range.upperBound >= 1 << 53
                ? "a whole number from \(range.lowerBound) up"
                : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .amount: "a number from 0 up"
        case .choice(let words): words.map { "`\($0)`" }.joined(separator: " or ")
        case .size: "a size such as `4GiB`"
        case .time: "a time such as `30m`"
        case .function: "a function such as `range(1, 9)`"
        case .anything: "a value"
        case .list(let item): "a list of \(item.plural)"
        case .map, .keys: "a map"
        case .either(let shapes): shapes.map(\.expected).joined(separator: ", or ")
        }
    }

    private var plural: String {
        switch self {
        case .text: "texts"
        case .word: "texts and numbers"
        case .keys, .map: "maps"
        case .choice: "names"
        default: "values"
        }
    }
}

/// A known key of an experiment file.
struct SchemaKey: Sendable {
    var name: String
    var shape: Shape
    var description: String
    var isRequired = false

    init(_ name: String, _ shape: Shape, _ description: String, isRequired: Bool = false) {
        self.name = name
        self.shape = shape
        self.description = description
        self.isRequired = isRequired
    }
}
