import RepriseDispatch
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite struct `Renewed addresses of AWS Batch` {
    @Test func `are noted only when jobs can read them`() async throws {
        let bench = try CloudBench()
        let staging = bench.staging
        let (job, _) = try bench.makeJob("a")
        let batch = BatchBatch(
            name: "a",
            entries: [.init(key: job.key.description, run: job.key.run.description, below: "")],
            image: "x",
            resources: Resources(),
            hasSecrets: false
        )
        var packed = job
        packed.parcel = JobParcel(runFolder: job.folder, files: [])
        _ = try await staging.stage(batch, [packed], halves: nil)
        let path = staging.jobFiles.folder(of: "a") + "/until"
        let first = try bench.files.text(path)
        let control = bench.input + "a/control"
        let puts = bench.cloud.asked("PUT \(control)")
        try await staging.renew("a", now: bench.clock.now())
        #expect(bench.cloud.asked("PUT \(control)") == puts)
        bench.clock.advance(by: .seconds(5 * 24 * 3600))
        bench.cloud.refuse(["PUT \(control)"])
        for _ in 0..<2 {
            await #expect(throws: AWSError.self) { try await staging.renew("a", now: bench.clock.now()) }
            #expect(try bench.files.text(path) == first)
        }
        bench.cloud.refuse([])
        try await staging.renew("a", now: bench.clock.now())
        #expect(try bench.files.text(path) != first)
        try await staging.renew("a", now: bench.clock.now())
        #expect(bench.cloud.asked("PUT \(control)") == puts + 3)
    }
}
