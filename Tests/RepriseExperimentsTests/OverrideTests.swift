import OrderedCollections
import RepriseModel
import RepriseYAML
import Testing

@testable import RepriseExperiments

private let base = """
    name: digits
    parameters:
      lr: 0.01
      hidden: 64
      kind: adam
      flag: true
      layers: [64, 32]
      optimizer: {beta1: 0.9, beta2: 0.99}
      unset: null
    seed: 7
    command: echo

    """

@Suite struct `Overriding` {
    @Test(
        arguments: [
            ("lr=0.1", "lr", 0.1), ("lr=1", "lr", .number(1)), ("lr=1e-3", "lr", 1e-3), ("hidden=32", "hidden", 32),
            ("hidden=0.5", "hidden", 0.5), ("flag=false", "flag", false), ("kind=sgd", "kind", "sgd"),
            ("kind=\"true\"", "kind", "true"), ("kind='5'", "kind", "5"), ("kind=a\\,b", "kind", "a,b"),
            ("kind=it's", "kind", "it's"),
            ("kind=\"a,b\"", "kind", "a,b"), ("layers=[1, 2]", "layers", [1, 2]),
            ("optimizer.beta1=0.5", "optimizer.beta1", 0.5),
            ("+optimizer.eps=1e-8", "optimizer.eps", 1e-8), ("+deep.er.still=[x]", "deep.er.still", ["x"]),
            ("++kind=5", "kind", 5),
            ("++new=yes", "new", "yes"), ("lr=null", "lr", .null), ("unset=3", "unset", 3),
            ("unset=null", "unset", .null),
            ("optimizer={beta1: 0.5, name: x}", "optimizer", ["beta1": 0.5, "name": "x"]), ("kind=a=b", "kind", "a=b"),
            (" lr = 0.3 ", "lr", 0.3), ("parameters.lr=0.7", "lr", 0.7), ("+name.of=x", "name.of", "x"),
            ("kind=f(1)", "kind", "f(1)"),
            ("kind=http://x:1/y#z", "kind", "http://x:1/y#z"), ("kind=\\\\", "kind", "\\"), ("kind=\"\"", "kind", ""),
        ] as [(String, String, Value)]
    )
    func `sets and adds, and a value keeps its type`(argument: String, name: String, value: Value) async throws {
        let argument = argument.replacing("+name.of", with: "+parameters.name.of")
        let plan = try await plan(base, [argument])
        #expect(plan.variants.count == 1)
        #expect(plan.values[path: name] == value)
        if value.mapValue == nil {
            #expect(plan.variants[0].parameters.first { $0.name == name }?.origin == "command line")
        }
        #expect(plan.variants[0].seed == Seed(7), "one variant is no sweep")
    }

    @Test func `removes`() async throws {
        let plan = try await plan(base, ["~optimizer.beta1", "~kind"])
        #expect(plan.values[path: "optimizer"] == ["beta2": 0.99])
        #expect(plan.values[path: "kind"] == nil)
    }

    @Test(
        arguments: [
            ("lr=0.1,0.01", "lr", [0.1, 0.01]), ("lr=1,2", "lr", [.number(1), .number(2)]),
            ("hidden=range(16,65,16)", "hidden", [16, 32, 48, 64]), ("kind=choice(a,'b,c')", "kind", ["a", "b,c"]),
            ("layers=[1,2],[3]", "layers", [[1, 2], [3]]), ("kind=\"x,y\",z", "kind", ["x,y", "z"]),
            ("lr=logspace(1e-3,1e-1,3)", "lr", [1e-3, 1e-2, 1e-1]), ("+new=1,2", "new", [1, 2]),
            ("+optimizer.eps=1,2", "optimizer.eps", [1, 2]), ("flag=true,false", "flag", [true, false]),
        ] as [(String, String, [Value])]
    )
    func `sweeps over several values`(argument: String, name: String, values: [Value]) async throws {
        let plan = try await plan(base, [argument])
        #expect(plan.column(name) == values)
        #expect(plan.variants[0].parameters.first { $0.name == name }?.origin == "command line")
        #expect(plan.variants[1].seed == Seed(7).child(1))
    }

    @Test func `several sweeps are a grid`() async throws {
        let plan = try await plan(base, ["lr=0.1,0.2", "hidden=1,2"])
        #expect(plan.column("hidden") == [1, 2, 1, 2])
    }

    @Test func `the sweep option takes one value, and a list for its items`() async throws {
        #expect(try await plan(base, sweeps: ["lr=0.5"]).variants[0].seed == Seed(7).child(0))
        #expect(try await plan(base, sweeps: ["lr=[0.1, 0.2]"]).column("lr") == [0.1, 0.2])
        #expect(try await plan(base, sweeps: ["layers=[1, 2]"]).column("layers") == [[1, 2]])
        #expect(try await plan(base, sweeps: ["layers=[1],[2]"]).column("layers") == [[1], [2]])
    }

    @Test func `the command line beats the sweep of the file`() async throws {
        let swept = base + "sweep:\n  grid: {lr: [1, 2], hidden: [3, 4]}\n  list: [{lr: 5}, {lr: 6, kind: x}]\n"
        let fixed = try await plan(swept, ["lr=0.5"])
        #expect(fixed.column("lr") == [0.5, 0.5, 0.5])
        #expect(fixed.column("hidden") == [3, 4, 64])
        #expect(fixed.column("kind") == ["adam", "adam", "x"])
        let other = try await plan(swept, ["lr=8,9", "hidden=1", "~kind"])
        #expect(other.column("lr") == [.number(8), .number(9)])
        #expect(try await plan(swept, ["lr=1", "hidden=1"]).variants.count == 2 - 1)
    }

    @Test func `draws where the file says how often`() async throws {
        let text = base + "sweep: {random: {count: 5, hidden: \"int(1, 3)\", seed: 1}}\n"
        let plan = try await plan(text, ["lr=uniform(0,1)"])
        #expect(plan.variants.count == 5)
        #expect(Set(plan.column("lr").map(\.text)).count == 5)
        #expect(try await mistake(base, ["lr=uniform(0,1)"]).fix == "write `sweep.random.count=20` before it")
        #expect(try await self.counted().variants.count == 3)
    }

    private func counted() async throws -> ExperimentPlan {
        try await plan(base, ["sweep.random.count=3", "lr=log(1e-3,1)"])
    }

    @Test func `changes keys of the experiment that are no parameters`() async throws {
        let plan = try await plan(
            base,
            [
                "seed=9", "name=other, longer", "tags=a,b", "resources.cpus=4", "resources.memory=2GiB",
                "resources.time=90",
                "environment.variables.X=1", "determinism=false", "outputs=a.txt,b.txt", "data.x=x.csv", "repeats=2",
                "retry.attempts=3", "project=2026", "command=echo {{ lr }}, done", "settings.target=hpc",
                "metrics.accuracy={goal: maximize}", "limit=1", "description='quoted, too'",
            ]
        )
        #expect(plan.root == Seed(9))
        #expect(plan.variants.map(\.replicate) == [0, 1])
        let first = try #require(plan.variants.first)
        #expect(first.name == "other, longer")
        #expect(first.description == "quoted, too")
        #expect(first.tags == ["a", "b"])
        #expect(first.steps[0].resources == Resources(cpus: 4, memory: 2 << 30, time: 90_000))
        #expect(first.steps[0].command == .shell([.text("echo 0.01, done")]))
        #expect(first.variables == ["X": "1"])
        #expect(plan.project == "2026")
        #expect(plan.outputs.map(\.pattern) == ["a.txt", "b.txt"])
        #expect(plan.data[0].path == plan.folder + "/x.csv")
        #expect(plan.settings?.value == ["target": "hpc"])
        #expect(plan.metrics["accuracy"]?.goal == .maximize)
    }

    @Test func `a parameter wins over a key of its name`() async throws {
        let plan = try await plan("parameters: {seed: 1, repeats: 2}\ncommand: x\nseed: 7", ["seed=5", "repeats=4"])
        #expect(plan.values == ["seed": 5, "repeats": 4])
        #expect(plan.root == Seed(7))
    }
}
