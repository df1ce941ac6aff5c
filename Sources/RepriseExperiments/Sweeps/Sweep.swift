import OrderedCollections
import RepriseModel
import RepriseYAML

/// A rule that turns one experiment into many variants.
///
/// `grid`, `zip` and `random` multiply; each entry of `list` is one variant more. Variants are numbered from 0 in
/// that order, the last grid key changing fastest, before `where`, `order` and `limit` are looked at.
package struct Sweep: Sendable {
    package enum Order: String, Hashable, Sendable { case listed, shuffled }

    /// Values of one or more parameters that change together.
    struct Axis: Sendable {
        var names: [String]
        /// A row a value for each name.
        var rows: [[LocatedValue]]
        /// Where each name stands.
        var places: [Place]
    }

    struct Random: Sendable {
        var count: Int
        /// nil: the experiment's.
        var seed: Seed?
        var parameters: [(name: String, from: Distribution, place: Place)]
    }

    /// One axis for each grid key, then one for `zip`.
    var axes: [Axis]
    var random: Random?
    var entries: [[(name: String, value: LocatedValue)]]
    package var repeats: Int
    var condition: Expression?
    package var order: Order
    package var limit: Int?
    let place: Place

    /// Takes what stands under `sweep`, which has passed the schema.
    init(_ value: LocatedValue) throws {
        place = value.place
        axes = try (value["grid"]?.map ?? [:])
            .map { name, entry in
                let values = try Self.values(entry.value, name: "sweep.grid.\(name)")
                return Axis(names: [name], rows: values.map { [$0.from("sweep grid")] }, places: [entry.place])
            }
        if let map = value["zip"]?.map, !map.isEmpty { axes.append(try Self.zipped(map)) }
        random = try value["random"].flatMap { $0.isNull ? nil : $0 }.map(Self.random)
        entries = try (value["list"]?.list ?? [])
            .map { entry in
                var leaves: [(path: String, leaf: LocatedValue)] = []
                entry.collectLeaves(into: &leaves)
                for (path, leaf) in leaves where !path.isEmpty { try checkParameterName(path, at: leaf.place) }
                return leaves.filter { !$0.path.isEmpty }.map { ($0.path, $0.leaf.from("sweep list")) }
            }
        repeats = value["repeats"]?.value.integerValue.map(Int.init) ?? 1
        order = value["order"]?.value.stringValue.flatMap { Order(rawValue: $0) } ?? .listed
        limit = value["limit"]?.value.integerValue.map(Int.init)
        condition = try value["where"].flatMap { $0.isNull ? nil : $0 }
            .map { text in
                var place = text.place
                if text.isQuoted { place.column = place.column.map { $0 + 1 } }
                return try Expression(text.value.text, at: place)
            }
        if let list = value["list"], list.list?.isEmpty == true {
            throw Self.empty("sweep.list", at: list.place)
        }
    }

    private static func zipped(_ map: LocatedMapping) throws -> Axis {
        let columns = try map.map { name, entry in
            (name: name, values: try values(entry.value, name: "sweep.zip.\(name)"), place: entry.place)
        }
        if let odd = columns.first(where: { $0.values.count != columns[0].values.count }) {
            let first = columns[0]
            throw Mistake(
                "the lists under `sweep.zip` are not equally long",
                why: "`\(first.name)` has \(first.values.count) values, `\(odd.name)` has \(odd.values.count)",
                fix: "give each as many values; `grid` combines lists of any length",
                code: "wrong-sweep",
                place: odd.place
            )
        }
        let rows = columns[0].values.indices.map { row in columns.map { $0.values[row].from("sweep zip") } }
        return Axis(names: columns.map(\.name), rows: rows, places: columns.map(\.place))
    }

    private static func values(_ value: LocatedValue, name: String) throws -> [LocatedValue] {
        if let items = value.list {
            if items.isEmpty { throw empty(name, at: value.place) }
            return items
        }
        guard let values = try SweepValues(value.value.text, at: value.place) else {
            throw Mistake(
                "`\(name)` must be a list of values, and is the text `\(value.value.text.prefix(60))`",
                fix: "write `[1, 2, 3]`, `range(1, 4)`, `linspace(0, 1, 5)` or `logspace(1e-4, 1e-1, 4)`",
                code: "wrong-type",
                place: value.place
            )
        }
        guard case .values(let list) = values else {
            throw Mistake(
                "`\(name)` is drawn at random, which `grid` and `zip` cannot do",
                fix: "put it under `sweep.random`, with a `count`",
                code: "wrong-sweep",
                place: value.place
            )
        }
        if list.isEmpty { throw empty(name, at: value.place) }
        return list.map { LocatedValue($0, at: value.place) }
    }

    private static func random(_ value: LocatedValue) throws -> Random {
        var parameters: [(name: String, from: Distribution, place: Place)] = []
        for (name, entry) in value.map ?? [:] where name != "count" && name != "seed" {
            let place = entry.value.place
            if let items = entry.value.list {
                if items.isEmpty { throw empty("sweep.random.\(name)", at: place) }
                parameters.append((name, .choice(items.map(\.value)), place))
                continue
            }
            switch try SweepValues(entry.value.value.text, at: place) {
            case .drawn(let distribution)?: parameters.append((name, distribution, place))
            case .values(let values)?:
                if values.isEmpty { throw empty("sweep.random.\(name)", at: place) }
                parameters.append((name, .choice(values), place))
            case nil:
                throw Mistake(
                    "`sweep.random.\(name)` must say what to draw from, and is `\(entry.value.value.text.prefix(60))`",
                    fix:
                        "write `log(1e-4, 1e-1)`, `uniform(0, 1)`, `int(1, 9)`, `normal(0, 1)`, `choice(a, b)` or a list",
                    code: "wrong-type",
                    place: place
                )
            }
        }
        if parameters.isEmpty { throw empty("sweep.random", at: value.place) }
        let count = value["count"]?.value.integerValue.map(Int.init) ?? 1
        return Random(
            count: count,
            seed: value["seed"]?.value.integerValue.flatMap { Seed(exactly: $0) },
            parameters: parameters
        )
    }

    private static func empty(_ name: String, at place: Place) -> Mistake {
        Mistake(
            "`\(name)` is empty: the sweep is over nothing",
            fix: "give it values, or take it out",
            code: "empty-sweep",
            place: place
        )
    }
}

extension LocatedValue {
    /// The value with the layer that it comes from; one from the command line keeps that.
    fileprivate func from(_ layer: String) -> LocatedValue {
        place.line == nil && place.file == OverrideLayer.name ? self : LocatedValue(value, at: Place(file: layer))
    }
}

/// What places of the command line say.
enum OverrideLayer {
    static let name = "command line"
    static let place = Place(file: name)
}
