import RepriseSystem

/// Names for runs that their client gave none: `calm-otter-472`.
enum RunNames {
    static func draw(_ entropy: any Entropy) -> String {
        var generator = EntropyGenerator(entropy)
        let first = qualities[Int.random(in: 0..<qualities.count, using: &generator)]
        let second = animals[Int.random(in: 0..<animals.count, using: &generator)]
        return "\(first)-\(second)-\(Int.random(in: 1...999, using: &generator))"
    }

    private static let qualities = [
        "able", "agile", "amber", "bold", "brave", "bright", "brisk", "calm", "clear", "clever", "cosy", "crisp",
        "curious", "deft", "eager", "early", "fair", "fleet", "fond", "frank", "fresh", "gentle", "glad", "grand",
        "green", "handy", "hardy", "honest", "humble", "jolly", "keen", "kind", "light", "lively", "loyal", "lucky",
        "mellow", "merry", "mild", "neat", "nimble", "noble", "patient", "plain", "polite", "proud", "quick", "quiet",
        "rapid", "ready", "serene", "sharp", "silent", "smart", "snug", "spry", "steady", "stout", "sunny", "swift",
        "tidy", "vivid", "warm", "witty",
    ]

    private static let animals = [
        "badger", "bear", "beaver", "bee", "bison", "crane", "crow", "deer", "dolphin", "dove", "duck", "eagle", "elk",
        "falcon", "ferret", "finch", "fox", "frog", "gecko", "goat", "goose", "hare", "hawk", "hedgehog", "heron",
        "horse", "ibex", "jay", "kite", "koala", "lark", "lemur", "lion", "llama", "lynx", "magpie", "marten", "mole",
        "moose", "mouse", "newt", "otter", "owl", "panda", "pelican", "pony", "puffin", "quail", "rabbit", "raven",
        "robin", "salmon", "seal", "shrew", "sparrow", "squirrel", "stork", "swan", "tern", "toad", "trout", "whale",
        "wolf", "wren",
    ]
}
