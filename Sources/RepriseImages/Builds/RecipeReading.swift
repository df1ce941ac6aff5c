import RepriseModel

/// What a recipe says of where it takes things from.
struct RecipeReading: Hashable {
    /// What files and images claim as their time: 2 January 1980, since zip files know none before 1980.
    static let sourceDate: Int64 = 315_619_200

    /// The images that it begins with or copies from, as written with its variables put in; each once, in order.
    var bases: [String] = []
    var sources = CopiedSources.some([])
    /// What the digest of the recipe cannot hold, in words for a person.
    var notes: [String] = []
    /// The whole recipe, cut where a base is named.
    var pieces: [RecipePiece] = []
    /// What the engine is still to be told; a definition has its own put in already.
    var arguments: [String: String] = [:]

    /// The recipe with each base replaced by what `name` says of it.
    func pinned(_ name: (String) -> String) -> String {
        pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .base(let reference): name(reference)
            }
        }
        .joined()
    }

    mutating func add(base: String) {
        if !bases.contains(base) { bases.append(base) }
        pieces.append(.base(base))
    }

    mutating func add(text: some StringProtocol) {
        if case .text(let before) = pieces.last {
            pieces[pieces.count - 1] = .text(before + text)
        } else {
            pieces.append(.text(String(text)))
        }
    }
}

enum RecipePiece: Hashable {
    case text(String)
    /// An image, by the reference that `RecipeReading.bases` holds.
    case base(String)
}

/// Which files of its context a recipe copies. Never too few: what is not understood counts as everything.
enum CopiedSources: Hashable {
    case everything
    /// Paths below the context, with `*`, `?` and `[]`.
    case some([String])

    mutating func add(_ source: String) {
        guard case .some(let sources) = self else { return }
        let parts = source.split(separator: "/").filter { $0 != "." }
        if parts.isEmpty || parts.contains("..") || source.contains(where: { "\"'\\$`{".contains($0) }) {
            self = .everything
        } else if !sources.contains(source) {
            self = .some(sources + [source])
        }
    }
}
