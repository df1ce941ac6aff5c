import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseExperiments

@Suite struct `Sweeping` {
    private let base = "seed: 7\nparameters: {lr: 0.01, hidden: 64, optimizer: {name: sgd}}\ncommand: x\n"

    @Test func `a grid is every combination with the last key fastest`() async throws {
        let plan = try await plan(base + "sweep:\n  grid: {lr: [1, 0.5], optimizer.name: [sgd, adam]}\n")
        #expect(plan.column("lr") == [.number(1), .number(1), 0.5, 0.5])
        #expect(plan.column("optimizer.name") == ["sgd", "adam", "sgd", "adam"])
        #expect(plan.variants.map(\.number) == [0, 1, 2, 3])
        #expect(plan.variants.map(\.seed) == (0..<4).map { Seed(7).child($0) })
        #expect(plan.variants[0].parameters[0].origin == "sweep grid")
        #expect(plan.variants[0].parameters[1].origin == "a.exp.yaml:2:32")
    }

    @Test func `grid, zip and random multiply, and entries of list are further variants`() async throws {
        let plan = try await plan(
            base
                + """
                sweep:
                  grid: {lr: [1.0, 2.0]}
                  zip: {hidden: [1, 2, 3], optimizer.name: [a, b, c]}
                  list: [{lr: 9.0, dropout: 0.5}, {optimizer: {name: z}}]
                  repeats: 2
                """
        )
        #expect(plan.combinations == 8)
        #expect(plan.variants.count == 16)
        #expect(plan.variants.map(\.replicate).prefix(4) == [0, 1, 0, 1])
        #expect(plan.variants[1].seed == Seed(7).child(0).child(1))
        #expect(plan.variants[2].values == ["lr": 1.0, "hidden": 2, "optimizer": ["name": "b"]])
        #expect(plan.variants[12].values == ["lr": 9.0, "hidden": 64, "optimizer": ["name": "sgd"], "dropout": 0.5])
        #expect(plan.variants[14].values[path: "optimizer.name"] == "z")
        #expect(plan.variants[12].parameters.last?.origin == "sweep list")
    }

    @Test func `where keeps, limit cuts, and numbers stay those of the whole sweep`() async throws {
        let sweep = "sweep:\n  grid: {hidden: \"range(0, 10)\"}\n  where: hidden % 2 == 1\n"
        let plan = try await plan(base + sweep + "  limit: 3\n")
        #expect(plan.column("hidden") == [1, 3, 5])
        #expect(plan.variants.map(\.number) == [1, 3, 5])
        #expect(plan.variants[1].seed == Seed(7).child(3))
        #expect(plan.combinations == 10)
    }

    @Test func `a shuffled order is a permutation that the seed decides`() async throws {
        let text = base + "sweep:\n  grid: {hidden: \"range(0, 50)\"}\n  order: shuffled\n"
        let first = try await plan(text).variants.map(\.number)
        #expect(first != Array(0..<50))
        #expect(first.sorted() == Array(0..<50))
        #expect(try await plan(text).variants.map(\.number) == first)
        #expect(try await plan(text, ["seed=8"]).variants.map(\.number) != first)
    }

    @Test func `random draws are the same on every machine`() async throws {
        let text =
            base
                + """
                sweep:
                  random: {count: 4, lr: "log(1e-4, 1e-1)", hidden: "choice(16, 32, 64)", optimizer.name: [a, b], seed: 3}
                """
        let plan = try await plan(text)
        // Written down once: a change of these numbers breaks the promise that a sweep can be drawn again.
        #expect(plan.column("lr").map(\.text) == goldenRates)
        #expect(plan.column("hidden").allSatisfy { [16, 32, 64].contains($0) })
        let other = try await self.planWithout(text)
        #expect(other.column("lr") == plan.column("lr"), "a parameter's stream depends on its own name alone")
    }

    @Test func `functions need no quotes, also where YAML would cut them at their commas`() async throws {
        let plan = try await plan(
            base
                + """
                sweep:
                  random: {count: 3, lr: log(1e-4, 1e-1), hidden: int(1, 4)}
                  grid: {optimizer.name: choice(a, b)}
                description: "x: choice(1, 2), log(3, 4)"
                """
        )
        #expect(plan.variants.count == 6)
        #expect(plan.column("optimizer.name") == ["a", "a", "a", "b", "b", "b"])
        #expect(plan.column("hidden").allSatisfy { [1, 2, 3, 4].contains($0) })
        #expect(plan.variants[0].description == "x: choice(1, 2), log(3, 4)")
        let error = try await mistake(base + "sweep: {random: {count: 3, lr: log(4, 1), hidden: int(1, 4)}}")
        #expect(error.what == "`log(4, 1)` makes no values")
        #expect(error.place == Place(file: "a.exp.yaml", line: 4, column: 32))
    }

    private func planWithout(_ text: String) async throws -> ExperimentPlan {
        try await plan(text.replacing(", optimizer.name: [a, b]", with: ""))
    }

    private let goldenRates = ["0.00280073679704", "0.0303550252924", "0.00244251287744", "0.00231830052853"]

    @Test func `draws lie where they should`() {
        var generator = SweepGenerator(seed: Seed(1), stream: "x")
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<20_000 {
            let normal = generator.normal()
            sum += normal
            squares += normal * normal
        }
        #expect(abs(sum / 20_000) < 0.03)
        #expect(abs(squares / 20_000 - 1) < 0.05)
        var seen: Set<UInt64> = []
        for _ in 0..<1000 { seen.insert(generator.number(through: 6)) }
        #expect(seen == Set(0...6))
        for _ in 0..<1000 {
            let drawn = Distribution.logarithmic(1e-4, 1e-1).draw(using: &generator).doubleValue ?? 0
            #expect((1e-4...1e-1).contains(drawn))
            #expect((-3...3).contains(Distribution.whole(-3, 3).draw(using: &generator).integerValue ?? 9))
        }
    }

    @Test func `logarithm and exponential agree with what they are`() {
        #expect(PortableMath.logarithm(1) == 0)
        #expect(abs(PortableMath.logarithm(10) - 2.302585092994046) < 1e-15)
        #expect(abs(PortableMath.logarithm(1e-300) + 690.7755278982137) < 1e-12)
        #expect(abs(PortableMath.exponential(1) - 2.718281828459045) < 1e-15)
        #expect(abs(PortableMath.exponential(-20) / 2.061153622438558e-9 - 1) < 1e-14)
        for number in [1e-12, 0.3, 1, 7.5, 1e9] {
            #expect(roundedForPeople(PortableMath.exponential(PortableMath.logarithm(number))) == number)
        }
        #expect(roundedForPeople(0.1 + 0.2) == 0.3)
        #expect(roundedForPeople(-123_456_789_012_345) == -123_456_789_012_000)
        #expect(roundedForPeople(.leastNonzeroMagnitude) == .leastNonzeroMagnitude)
    }

    @Test(
        arguments: [
            ("range(3)", [0, 1, 2]), ("range(16, 65, 16)", [16, 32, 48, 64]), ("range(3, 0, -1)", [3, 2, 1]),
            ("range(0, 1, 0.25)", [.number(0), 0.25, 0.5, 0.75]), ("range(0, 0.3, 0.1)", [.number(0), 0.1, 0.2]),
            ("linspace(0, 1, 5)", [.number(0), 0.25, 0.5, 0.75, .number(1)]), ("linspace(2, 3, 1)", [.number(2)]),
            ("logspace(1e-4, 1e-1, 4)", [1e-4, 1e-3, 1e-2, 1e-1]), ("choice(a, 'b,c', [1, 2])", ["a", "b,c", [1, 2]]),
            ("choice()", []), ("range(5, 5)", []),
        ] as [(String, [Value])]
    )
    func `functions make values`(text: String, values: [Value]) throws {
        #expect(try SweepValues(text, at: Place(file: "x")) == .values(values))
    }

    @Test func `text that is no function stays text`() throws {
        #expect(try SweepValues("relu", at: Place(file: "x")) == nil)
        #expect(try SweepValues("f(1, 2)", at: Place(file: "x")) == nil)
        #expect(try SweepValues("(1)", at: Place(file: "x")) == nil)
    }

    @Test func `ten thousand runs need no word and one more does`() async throws {
        let text = base + "sweep: {grid: {hidden: \"range(0, 10001)\"}}\n"
        let error = try await mistake(text)
        #expect(error.what == "the sweep makes 10001 runs")
        #expect(error.fix?.contains("--yes") == true)
        #expect(try await plan(text, confirmed: true).variants.count == 10_001)
        #expect(try await plan(text, ["limit=10000"]).variants.count == 10_000)
    }

    @Test func `a sweep that nobody could lay out is counted all the same`() async throws {
        let axes = (0..<12).map { "p\($0): \"range(0, 1000)\"" }.joined(separator: ", ")
        let names = (0..<12).map { "p\($0): 0" }.joined(separator: ", ")
        let text = "parameters: {\(names)}\ncommand: x\nsweep: {grid: {\(axes)}}\n"
        #expect(try await mistake(text).code == "too-many-variants")
        #expect(try await plan(text, ["limit=5"]).column("p11") == [0, 1, 2, 3, 4])
    }
}
