import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseTestKit
import Testing

@Suite struct `Slurm scripts` {
    private let single = SlurmBatch(
        name: "reprise-0123456789abcdef0123456789abcdef",
        folder: "/shared/it's 100%/runs/0123456789abcdef0123456789abcdef",
        entries: [
            SlurmBatch.Entry(
                key: "0123456789abcdef0123456789abcdef",
                folder: "/shared/it's 100%/runs/0123456789abcdef0123456789abcdef"
            )
        ],
        resources: Resources(),
        hasSecrets: false
    )

    @Test func `a single job`() throws {
        try expectGolden(SlurmScript.text(single, SlurmSettings()), "slurm-single.sh")
    }

    @Test func `an array with everything`() throws {
        var batch = single
        batch.name = "reprise-01234567-00ff"
        batch.folder = "/shared/slurm/reprise-01234567-00ff"
        batch.entries = (0..<3)
            .map { SlurmBatch.Entry(key: "run.train.\($0)", folder: "/shared/runs/run/steps/train.\($0)") }
        batch.resources = Resources(cpus: 4, memory: (3 << 30) + 1, gpus: 2, time: 5_400_001)
        batch.hasSecrets = true
        let settings = SlurmSettings(
            partition: "gpu",
            account: "lab",
            qos: "normal",
            slots: 2,
            modules: ["python/3.11", "cuda"],
            prologue: ["ulimit -c 0", ". /shared/venv/bin/activate"],
            options: ["--exclude=n7,n8", "--comment=a b \"c\""]
        )
        try expectGolden(SlurmScript.text(batch, settings), "slurm-array.sh")
    }

    @Test func `tasks that each come after another array's task of the same number`() throws {
        var batch = single
        batch.name = "reprise-01234567-00ff"
        batch.folder = "/shared/slurm/reprise-01234567-00ff"
        batch.entries = [0, 1, 2, 5]
            .map { SlurmBatch.Entry(key: "r\($0).train", folder: "/shared/runs/r\($0)/steps/train") }
        batch.numbers = [0, 1, 2, 5]
        batch.hasNeeds = true
        batch.dependency = "aftercorr:17:18"
        batch.slots = 3
        try expectGolden(SlurmScript.text(batch, SlurmSettings(slots: 8)), "slurm-after.sh")
    }

    @Test func `an array in one folder, with containers and a signal before the end`() throws {
        var batch = single
        batch.name = "reprise-01234567-00ff"
        batch.folder = "/shared/slurm/reprise-01234567-00ff"
        batch.entries = ["a1", "b2"].map { SlurmBatch.Entry(key: $0, folder: "/shared/it's/runs/\($0)") }
        batch.resources = Resources(time: 90_000)
        batch.hasContainers = true
        var settings = SlurmSettings()
        settings.nodes = ["big1"]
        settings.excluded = ["n7", "n[1-3]"]
        settings.signal = SlurmSignal("SIGUSR1@60")
        try expectGolden(SlurmScript.text(batch, settings), "slurm-containers.sh")
    }

    @Test func `what begins a container on a node`() throws {
        var generator = SeededGenerator(seed: 1)
        let key = JobKey(run: RunID(using: &generator))
        let folder = "/shared/it's, here/runs/1"
        let container = JobContainer(
            image: "/shared/images/a.sif",
            network: .none,
            mounts: [
                .init(path: folder, source: folder, isReadOnly: false),
                .init(path: "/data", source: "/net/data", isReadOnly: true),
            ]
        )
        var job = Job(key: key, folder: folder, resources: Resources(gpus: 1), secrets: ["TOKEN": "hush"])
        job.container = container
        let script = SlurmContainer(job: job, container: container, program: "singularity")
        #expect(!script.text.contains("hush"))
        try expectGolden(script.text, "slurm-launch.sh")
    }

    @Test(arguments: ["USR1", "@60", "USR1@0", "KILL@60", "USR1@x", "USR1@60@1", ""])
    func `no signal before the end`(text: String) { #expect(SlurmSignal(text) == nil) }

    @Test(arguments: [(1, 1), (60_000, 1), (60_001, 2), (3_600_000, 60)])
    func `minutes are rounded up`(milliseconds: Int64, minutes: Int64) {
        #expect(SlurmScript.minutes(milliseconds) == minutes)
    }

    @Test func `options that are Reprise's own to choose are named`() {
        #expect(SlurmSettings(options: ["--exclude=n1", "--array=1-2"]).conflict == "--array=1-2")
        #expect(SlurmSettings(options: ["-p", "main"]).conflict == "-p")
        #expect(SlurmSettings(options: ["--constraint=a\n#SBATCH --wrap=b"]).conflict != nil)
        #expect(SlurmSettings(options: ["--exclude=n1", "--signal=USR1@60"]).conflict == nil)
    }

    @Test func `variables that would overrule the script, and those that give a secret away, stay behind`() {
        let variables = [
            "PATH": "/bin", "SLURM_CONF": "/etc/slurm.conf", "SLURM_JOB_ID": "7", "SBATCH_PARTITION": "x",
            "SBATCH_ACCOUNT": "mine", "SBATCH_ARRAY_INX": "1-9", "REPRISE_HOME": "/r", "TOKEN": "s3cret-token",
            "URL": "https://u:s3cret-token@host", "SHLVL": "1",
        ]
        let changes = SlurmSurroundings.changes(
            variables,
            SlurmSettings(partition: "main"),
            single,
            secrets: ["s3cret-token", "1"]
        )
        #expect(
            changes.keys.sorted() == [
                "REPRISE_HOME", "SBATCH_ARRAY_INX", "SBATCH_PARTITION", "SLURM_JOB_ID", "TOKEN", "URL",
            ]
        )
        #expect(changes.values.allSatisfy { $0 == nil })
    }
}
