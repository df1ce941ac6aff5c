import OrderedCollections
import RepriseModel
import Testing

@testable import RepriseComparison

func id(_ digit: Character) throws -> RunID { try #require(RunID(String(repeating: digit, count: 32))) }

func digest(_ digit: Character) throws -> Digest { try #require(Digest(String(repeating: digit, count: 64))) }

func request(_ digit: Character, change: (inout RunRequest) -> Void = { _ in }) throws -> RunRequest {
    var request = RunRequest(
        id: try id(digit),
        name: "digits-1",
        project: "digits",
        experiment: "digits",
        launch: "l1",
        parameters: [
            Parameter(name: "lr", value: 0.1, origin: "digits.exp.yaml:3"),
            Parameter(name: "optimizer.name", value: "adam", origin: "digits.exp.yaml:4"),
        ],
        seed: Seed(7),
        snapshot: try digest("a"),
        steps: [
            StepRequest(
                command: .list([[.text("python3")], [.text("train.py")], [.text("--seed="), .run(.seed)]]),
                resources: Resources(cpus: 1)
            )
        ],
        createdAt: Timestamp(milliseconds: 0)
    )
    change(&request)
    return request
}

func execution(
    _ digit: Character,
    state: RunState = .finished,
    status: Int? = 0,
    facts: Mapping = ["package.numpy": "1.26.4"],
    machine: Mapping = ["cpu.model": "Xeon", "kernel": "6.1"],
    change: (inout RunRequest) -> Void = { _ in }
) throws -> Execution {
    let record = RunRecord(
        request: try request(digit, change: change),
        state: state,
        exitStatus: status,
        machine: MachineRecord(facts: machine)
    )
    let manifest = SnapshotManifest(
        code: CodeTree(tree: String(repeating: "c", count: 40)),
        data: [DataDigest(name: "train", digest: try digest("d"), bytes: 10, files: 1)],
        environment: EnvironmentFingerprint(facts: facts)
    )
    return Execution(record: record, manifest: manifest)
}

func points(_ values: [Double], from first: Int64 = 0) -> [MetricPoint] {
    values.enumerated()
        .map { MetricPoint(key: "loss", step: first + Int64($0), time: Timestamp(milliseconds: 0), value: $1) }
}

func points(_ pairs: [(Int64, Double)]) -> [MetricPoint] {
    pairs.map { MetricPoint(key: "loss", step: $0, time: Timestamp(milliseconds: 5), value: $1) }
}

func judgement(
    _ left: [Double],
    _ right: [Double],
    _ tolerance: Tolerance = .bitwise,
    key: String = "loss"
) -> SeriesJudgement {
    SeriesComparison(key: key, rule: MetricRule(tolerance: tolerance)).judge(points(left), points(right))
}
