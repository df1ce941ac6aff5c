import RepriseModel

/// A name such as `calm-otter-417` for what a client left without one. The same id always gets the same.
func randomName(from id: RunID) -> String {
    let octets = Array(id.description.utf8)
    let (first, second, third) = (mix(octets[0..<10]), mix(octets[10..<20]), mix(octets[20...]))
    return "\(qualities[first % qualities.count])-\(animals[second % animals.count])-\(third % 1000)"
}

private func mix(_ octets: ArraySlice<UInt8>) -> Int {
    octets.reduce(7) { ($0 * 31 + Int($1)) % 1_000_003 }
}

private let qualities = [
    "able", "agile", "airy", "amber", "apt", "bold", "brave", "bright", "brisk", "calm", "candid", "clear", "clever",
    "cosy", "crisp", "curious", "deft", "eager", "early", "fair", "fine", "fleet", "fond", "free", "fresh", "gentle",
    "glad", "golden", "grand", "green", "hardy", "honest", "jolly", "keen", "kind", "light", "lively", "loyal", "lucky",
    "mellow", "merry", "mild", "neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "proud", "quick",
    "quiet", "rare", "ready", "rosy", "serene", "sharp", "shy", "silent", "sleek", "smart", "smooth", "snug", "sound",
    "spry", "steady", "still", "sunny", "swift", "tidy", "tender", "true", "upbeat", "vivid", "warm", "wise", "witty",
]

private let animals = [
    "ant", "ape", "auk", "badger", "bat", "bear", "beaver", "bee", "bison", "boar", "bream", "carp", "cat", "cod",
    "colt",
    "crab", "crane", "crow", "deer", "doe", "dove", "duck", "eel", "elk", "emu", "ewe", "falcon", "fawn", "finch",
    "fox",
    "frog", "gecko", "gnat", "goat", "goose", "grouse", "gull", "hare", "hawk", "hen", "heron", "horse", "ibis", "jay",
    "koala", "lamb", "lark", "lion", "lynx", "mole", "moth", "mouse", "mule", "newt", "otter", "owl", "panda", "perch",
    "pony", "quail", "ram", "raven", "robin", "seal", "shrew", "skunk", "sloth", "snail", "sparrow", "squid", "stoat",
    "stork", "swan", "tern", "toad", "trout", "vole", "wasp", "whale", "wolf", "wren", "yak", "zebra",
]
