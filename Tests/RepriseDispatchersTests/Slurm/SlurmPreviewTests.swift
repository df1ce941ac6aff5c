import OrderedCollections
import RepriseModel
import RepriseSite
import Testing

@testable import RepriseDispatchers

@Suite struct `What Slurm will be given` {
    private func submissions(_ previews: [ClusterPreview], target: [String: Value] = [:]) -> [PreviewedSubmission] {
        var settings = TargetSettings(name: "hpc", kind: .slurm)
        for (name, value) in target { settings.values[name] = value }
        return SlurmCluster(DispatcherParts(target: settings)).submissions(previews)
    }

    private func preview(_ names: [String], after: [[String]] = []) -> ClusterPreview {
        var preview = ClusterPreview(names: names, resources: Resources(), hasSecrets: false, store: "STORE")
        preview.after = after
        return preview
    }

    private func dependency(_ submission: PreviewedSubmission) -> String? {
        submission.text.split(separator: "\n").first { $0.hasPrefix("#SBATCH --dependency=") }
            .map { String($0.dropFirst("#SBATCH --dependency=".count)) }
    }

    @Test func `steps come after the submissions that they need, by marks`() {
        let found = submissions([
            preview(["RUN-1.prepare"]),
            preview(["RUN-1.train.0", "RUN-1.train.1"], after: [["RUN-1.prepare"], ["RUN-1.prepare"]]),
            preview(["RUN-1.evaluate"], after: [["RUN-1.train.0", "RUN-1.train.1"]]),
        ])
        #expect(found.map(dependency) == [nil, "afterok:JOB-1", "afterok:JOB-2"])
        #expect(found.map(\.mark) == ["JOB-1", "JOB-2", nil])
        #expect(found.last?.text.contains("folder=STORE/runs/RUN-1/steps/evaluate\n") == true)
    }

    @Test func `a step of many runs comes after that of its own run`() {
        let found = submissions([
            preview(["RUN-1.a", "RUN-2.a"]), preview(["RUN-1.b", "RUN-2.b"], after: [["RUN-1.a"], ["RUN-2.a"]]),
        ])
        #expect(found.map(dependency) == [nil, "aftercorr:JOB-1"])
        #expect(found.last?.text.contains("#SBATCH --array=0-1\n") == true)
    }

    @Test func `what is submitted only when something has finished elsewhere names nothing`() {
        let chain = [
            preview(["RUN-1.b"], after: [["RUN-1.a"]]), preview(["RUN-1.c"], after: [["RUN-1.b"]]),
        ]
        #expect(submissions(chain).map(dependency) == [nil, nil])
        let own = submissions([preview(["RUN-1.a"])] + chain, target: ["options": ["--dependency=singleton"]])
        #expect(own.map(\.mark) == [nil, nil, nil])
        let far = submissions([preview(["RUN-1.a"])] + chain, target: ["ssh": "login", "workspace": "/scratch"])
        #expect(far.map(dependency) == [nil, nil, nil])
    }
}
