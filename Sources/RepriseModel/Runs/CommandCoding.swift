import OrderedCollections

/// In `run.json` a command is `{"list": [word, …]}` or `{"shell": word}`; a word is a list of texts and of
/// `{"job": NAME}`, which the job's own script puts in.
extension Command {
    public init(from decoder: any Decoder) throws {
        let value = try Value(from: decoder)
        if let words = value[path: "list"]?.listValue {
            self = .list(try words.map { try Self.pieces($0, decoder) })
        } else if let text = value[path: "shell"] {
            self = .shell(try Self.pieces(text, decoder))
        } else {
            throw unreadable("a command is a `list` or a `shell` text", decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        let value: Value =
            switch self {
            case .list(let words): ["list": .list(words.map { .list($0.map(\.value)) })]
            case .shell(let pieces): ["shell": .list(pieces.map(\.value))]
            }
        try value.encode(to: encoder)
    }

    private static func pieces(_ value: Value, _ decoder: any Decoder) throws -> [CommandPiece] {
        try (value.listValue ?? [])
            .map { piece in
                if let text = piece.stringValue { return .text(text) }
                guard let name = piece[path: "job"]?.stringValue, let word = RunWord(name) else {
                    throw unreadable("a piece of a command is a text or names what the job knows", decoder)
                }
                return .run(word)
            }
    }
}

extension CommandPiece {
    fileprivate var value: Value {
        switch self {
        case .text(let text): .string(text)
        case .run(let word): ["job": .string(word.name)]
        }
    }
}

extension RunWord {
    /// The name by which templates call it: `seed`, `run.id`, `data.train`.
    public var name: String {
        switch self {
        case .runID: "run.id"
        case .runDirectory: "run.dir"
        case .outputs: "outputs"
        case .seed: "seed"
        case .attempt: "attempt"
        case .split: "split"
        case .splits: "splits"
        case .data(let item): "data.\(item)"
        }
    }

    /// The word that templates call so; nil for another name.
    public init?(_ name: String) {
        let fixed: [RunWord] = [.runID, .runDirectory, .outputs, .seed, .attempt, .split, .splits]
        if let word = fixed.first(where: { $0.name == name }) {
            self = word
        } else if name.hasPrefix("data."), name.utf8.count > 5 {
            self = .data(String(name.dropFirst(5)))
        } else {
            return nil
        }
    }
}

/// In files a class is `"bitwise"`, `"statistical"` or `{"absolute": …, "relative": …}`.
extension Tolerance {
    public init(from decoder: any Decoder) throws {
        switch try Value(from: decoder) {
        case .string("bitwise"): self = .bitwise
        case .string("statistical"): self = .statistical
        case .map(let map):
            self = .within(
                absolute: map["absolute"]?.doubleValue ?? 0,
                relative: map["relative"]?.doubleValue ?? 0
            )
        default: throw unreadable("a tolerance is `bitwise`, `statistical`, or absolute and relative", decoder)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        let value: Value =
            switch self {
            case .bitwise: "bitwise"
            case .statistical: "statistical"
            case .within(let absolute, let relative):
                ["absolute": .number(absolute), "relative": .number(relative)]
            }
        try value.encode(to: encoder)
    }
}

private func unreadable(_ reason: String, _ decoder: any Decoder) -> DecodingError {
    .dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: reason))
}
