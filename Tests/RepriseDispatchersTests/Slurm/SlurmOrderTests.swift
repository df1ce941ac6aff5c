import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Which jobs come after which in Slurm` {
    private static func jobs(_ runs: Int, _ step: String, splits: Int? = nil) -> [[Job]] {
        var generator = SeededGenerator(seed: 5)
        return (0..<runs)
            .map { _ in
                let run = RunID(using: &generator)
                let numbers = splits.map { (0..<$0).map(Optional.some) } ?? [nil]
                return numbers.map { Job(key: JobKey(run: run, step: step, split: $0), folder: "/runs/\(run)") }
            }
    }

    @Test func `all that come after the same are one array`() {
        let jobs = Self.jobs(1, "train", splits: 4)[0]
        let orders = SlurmOrder.orders(jobs.map { ($0, [SlurmNeed(id: "17")]) })
        #expect(orders == [SlurmOrder(dependency: "afterok:17", jobs: jobs)])
    }

    @Test func `what needs all tasks of an array needs the array, and some of them those`() {
        let job = Self.jobs(1, "evaluate")[0][0]
        var needs = (0..<3).map { SlurmNeed(id: "9", task: $0, size: 3) } + [SlurmNeed(id: "17", task: 4, size: 5)]
        #expect(SlurmOrder.orders([(job, needs)]).map(\.dependency) == ["afterok:9:17_4"])
        needs.removeFirst()
        #expect(SlurmOrder.orders([(job, needs)]).map(\.dependency) == ["afterok:9_1:9_2:17_4"])
    }

    @Test func `a step of a sweep is an array whose tasks come after those of their own run`() {
        let jobs = Self.jobs(5, "train").map { $0[0] }
        let needs = [3, 0, 1, 7, 2].map { [SlurmNeed(id: "17", task: $0, size: 9)] }
        let orders = SlurmOrder.orders(Array(zip(jobs, needs)))
        #expect(orders.count == 1)
        #expect(orders[0].dependency == "aftercorr:17")
        #expect(orders[0].numbers == [0, 1, 2, 3, 7])
        #expect(orders[0].jobs == [1, 2, 4, 0, 3].map { jobs[$0] })
    }

    @Test func `splits of many runs are as many arrays as there are splits, and what needs them is one`() {
        let runs = Self.jobs(30, "train", splits: 3)
        let trains = SlurmOrder.orders(
            runs.enumerated()
                .flatMap { run in run.element.map { ($0, [SlurmNeed(id: "17", task: run.offset, size: 30)]) } }
        )
        #expect(trains.map(\.dependency) == ["aftercorr:17", "aftercorr:17", "aftercorr:17"])
        for (split, order) in trains.enumerated() {
            #expect(order.numbers == Array(0..<30))
            #expect(order.jobs.allSatisfy { $0.key.split == split })
        }
        let evaluations = SlurmOrder.orders(
            Self.jobs(30, "evaluate").enumerated()
                .map { run in
                    (run.element[0], [101, 102, 99].map { SlurmNeed(id: "\($0)", task: run.offset, size: 30) })
                }
        )
        #expect(evaluations.map(\.dependency) == ["aftercorr:99:101:102"])
    }

    @Test func `few runs with many splits are as many arrays as there are runs`() {
        let runs = Self.jobs(2, "train", splits: 50)
        let orders = SlurmOrder.orders(
            runs.enumerated()
                .flatMap { run in run.element.map { ($0, [SlurmNeed(id: "17", task: run.offset, size: 2)]) } }
        )
        #expect(orders.map(\.dependency) == ["afterok:17_0", "afterok:17_1"])
        #expect(orders.map(\.jobs.count) == [50, 50])
    }

    @Test func `what has nothing left to come after comes after nothing`() {
        let jobs = Self.jobs(1, "train", splits: 2)[0]
        let orders = SlurmOrder.orders(jobs.map { ($0, []) })
        #expect(orders == [SlurmOrder(dependency: nil, jobs: jobs)])
    }

    @Test func `a job that left the queue because of another one is told from one that somebody took out`() {
        func row(_ state: SlurmState, _ reason: String = "", wait: Int? = nil) -> SlurmRow {
            SlurmRow(
                id: "1",
                number: "1",
                name: "x",
                state: state,
                reason: reason,
                wait: wait,
                restarts: 0,
                node: ""
            )
        }
        let order = SlurmPrecedence()
        #expect(order.isGivenBack(row(.cancelled, "DependencyNeverSatisfied")))
        #expect(order.isGivenBack(row(.cancelled)))
        #expect(!order.isGivenBack(row(.cancelled, "None")))
        #expect(!order.isGivenBack(row(.pending, "DependencyNeverSatisfied")))
        #expect(order.isGivenBack(row(.failed, "NonZeroExitCode", wait: 85 << 8)))
        #expect(!order.isGivenBack(row(.failed, "NonZeroExitCode", wait: 1 << 8)))
        #expect(SlurmPrecedence(isTakenBack: true).isGivenBack(row(.cancelled, "None")))
        #expect(SlurmPrecedence(hasFailedNeed: true).isGivenBack(row(.cancelled, "None")))
    }
}
