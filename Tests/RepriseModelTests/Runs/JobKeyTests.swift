import RepriseModel
import Testing

@Suite struct `A job's key` {
    @Test func `names run, step, split and attempt`() throws {
        let run = try #require(RunID(String(repeating: "ab", count: 16)))
        #expect(JobKey(run: run).description == run.description)
        #expect(JobKey(run: run, step: "train", split: 3, attempt: 2).description == "\(run).train.3@2")
    }

    @Test func `gives every job and attempt a folder of its own`() throws {
        let run = try #require(RunID(String(repeating: "ab", count: 16)))
        #expect(JobKey(run: run).folder == "")
        #expect(JobKey(run: run, attempt: 2).folder == "attempts/2")
        #expect(JobKey(run: run, step: "train").folder == "steps/train")
        #expect(JobKey(run: run, step: "train", split: 3, attempt: 2).folder == "steps/train.3/attempts/2")
        let jobs: [(step: String?, split: Int?)] = [(nil, nil), ("a", nil), ("a", 0), ("a", 1), ("b", nil)]
        let keys = jobs.flatMap { job in
            (1...3).map { JobKey(run: run, step: job.step, split: job.split, attempt: $0) }
        }
        #expect(Set(keys.map(\.folder)).count == keys.count)
        #expect(Set(keys.map(\.description)).count == keys.count)
    }

    @Test func `is read as it is written`() throws {
        let run = try #require(RunID(String(repeating: "ab", count: 16)))
        for key in [
            JobKey(run: run), JobKey(run: run, attempt: 2), JobKey(run: run, step: "train"),
            JobKey(run: run, step: "train", split: 0), JobKey(run: run, step: "a-b", split: 12, attempt: 3),
        ] {
            #expect(JobKey(key.description) == key)
        }
        for text in ["", "train", "\(run).a.b", "\(run).a.1.2", "\(run)@", "\(run)@1", "\(run)@02", "\(run).a.01"] {
            #expect(JobKey(text) == nil, "\(text)")
        }
    }
}
