import ArgumentParser

/// The runs that a command is about.
struct RunSelection: ParsableArguments {
    @Argument(help: "Ids, beginnings of ids, names, @last or launch:ID (can be repeated)", completion: .runs)
    var runs: [String]
}
