import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseYAML
import Testing

@Suite struct `The layers of a site` {
    private let hpc = "targets: {hpc: {kind: slurm, partition: cpu, account: a1}}\n"

    @Test func `with no file at all everything runs on local`() throws {
        let site = try SiteFolder().load()
        let target = try site.settings(for: nil)
        #expect(target.name == "local")
        #expect(target.kind == .process)
        #expect(target.slots == 8)
        #expect(target.cpus == nil)
        let settings = try site.settings
        #expect(settings.grace == .seconds(10))
        #expect(settings.snapshotLimit == 50 << 20)
        #expect(settings.sweepConfirm == 10_000)
        #expect(settings.initials == nil)
    }

    @Test func `every stronger layer beats every weaker one`() throws {
        let folder = try SiteFolder(
            machine: hpc,
            user: "targets: {hpc: {partition: user}}",
            project: "targets.hpc.partition: project"
        )
        let experiment = LocatedValue(["targets": ["hpc": ["partition": "experiment"]]], at: Place(file: "a.exp.yaml"))
        let variable = ["REPRISE_TARGETS_HPC_PARTITION": "environment"]
        func partition(_ site: Site) throws -> Value? { try site.value("targets.hpc.partition") }
        #expect(try partition(folder.load()) == "project")
        #expect(try partition(folder.load(experiment: experiment)) == "experiment")
        #expect(try partition(folder.load(experiment: experiment, environment: variable)) == "environment")
        let all = try folder.load(
            experiment: experiment,
            environment: variable,
            set: ["targets.hpc.partition=first", "targets.hpc.partition=last"]
        )
        #expect(try partition(all) == "last")
        #expect(try all.value("targets.hpc.account") == "a1")
    }

    @Test func `explain shows every layer, strongest first, and which one won`() throws {
        let folder = try SiteFolder(machine: hpc, project: "targets:\n  hpc:\n    partition: gpu\n")
        let site = try folder.load(environment: ["REPRISE_TARGETS_HPC_PARTITION": "big"])
        let explanation = try site.explain("targets.hpc.partition")
        #expect(explanation.rows.map(\.layer) == [.environment, .project, .machine])
        #expect(explanation.rows.map(\.text) == ["big", "gpu", "cpu"])
        #expect(explanation.rows.map(\.wins) == [true, false, false])
        #expect(explanation.rows[1].place?.line == 3)
        #expect(explanation.variable == "REPRISE_TARGETS_HPC_PARTITION")
        #expect(explanation.rows[0].place == Place(file: "$REPRISE_TARGETS_HPC_PARTITION"))
    }

    @Test func `unset says nothing, and a removal takes away`() throws {
        let unset = try SiteFolder(machine: hpc, project: "targets: {hpc: {partition: }}").load()
        #expect(try unset.value("targets.hpc.partition") == "cpu")
        let removed = try SiteFolder(machine: hpc, project: "targets: {hpc: {partition: !remove }}").load()
        #expect(try removed.value("targets.hpc.partition") == nil)
        #expect(try removed.explain("targets.hpc.partition").rows.map(\.text) == ["(taken away)", "cpu"])
        let standard = try SiteFolder(machine: "queue.grace: 3s").load(set: ["queue.grace="])
        #expect(try standard.settings.grace == .seconds(10))
    }

    @Test func `zero of a stronger layer beats more of a weaker one`() throws {
        let folder = try SiteFolder(machine: "targets.local.gpus: 4", user: "targets.local.gpus: 0")
        #expect(try folder.load().settings(for: nil).gpus == 0)
    }

    @Test func `a tracker keeps its settings and their types`() throws {
        let text = "trackers:\n  - {kind: mlflow, uri: 'http://host:5000', experiment: '{{ project }}', outputs: false}"
        let site = try SiteFolder(user: text).load()
        #expect(site.warnings.isEmpty)
        let tracker = try #require(try site.settings.trackers.first)
        #expect(tracker.kind == "mlflow")
        #expect(tracker.text("experiment") == "{{ project }}")
        #expect(tracker.values["outputs"] == false)
    }

    @Test func `target dot names the chosen target on every layer`() throws {
        let experiment = LocatedValue(["target": ["partition": "gpu"]], at: Place(file: "a.exp.yaml"))
        let site = try SiteFolder(machine: hpc).load(experiment: experiment, target: "hpc")
        #expect(try site.value("targets.hpc.partition") == "gpu")
        #expect(try site.value("target.partition") == "gpu")
        #expect(try SiteFolder().load(set: ["target.slots=2"]).settings(for: nil).slots == 2)
        #expect(try SiteFolder().load(environment: ["REPRISE_TARGET_SLOTS": "3"]).settings(for: nil).slots == 3)
    }

    @Test func `variables of the run contract are no settings`() throws {
        let contract = ["REPRISE_RUN_ID": "x", "REPRISE_DATA_TRAIN": "/x", "REPRISE_HOME": "/x", "REPRISE_SEED": "1"]
        #expect(try SiteFolder().load(environment: contract).warnings.isEmpty)
    }

    @Test func `an unknown variable is a warning with the nearest name`() throws {
        let warnings = try SiteFolder().load(environment: ["REPRISE_TARGTE": "x"]).warnings
        #expect(warnings.map(\.fix) == ["did you mean `REPRISE_TARGET`?"])
    }

    @Test func `targets that run images say by what`() throws {
        let site = try SiteFolder(
            machine: """
                images: {repository: ghcr.io/me/digits, user: me, credential: ghcr}
                targets:
                  local: {engine: apptainer}
                  box: {kind: container, engine: podman, image: python:3.12, options: [--pids-limit=100]}
                """
        )
        .load()
        #expect(try site.settings(for: "local").engine == "apptainer")
        let box = try site.settings(for: "box")
        #expect(box.engine == "podman")
        #expect(box.image == "python:3.12")
        #expect(box.options == ["--pids-limit=100"])
        let images = try site.settings.images
        #expect([images.repository, images.user, images.credential] == ["ghcr.io/me/digits", "me", "ghcr"])
        #expect(try site.settings(for: "local").image == nil)
    }

    @Test func `Apptainer is a kind, and no engine of a container target`() throws {
        let error = #expect(throws: Mistake.self) {
            _ = try SiteFolder(machine: "targets: {box: {kind: container, engine: apptainer}}").load()
        }
        #expect(error?.fix == "write `kind: apptainer`, without `engine`")
    }

    @Test func `sizes, times and lists are read from text`() throws {
        let site = try SiteFolder(machine: hpc)
            .load(
                environment: ["REPRISE_QUEUE_GRACE": "1m", "REPRISE_TARGETS_HPC_MODULES": "cuda/12,gcc"],
                set: ["snapshots.limit=1GiB", #"targets.hpc.options=["--exclude=n07"]"#]
            )
        #expect(try site.settings.grace == .seconds(60))
        #expect(try site.settings.snapshotLimit == 1 << 30)
        #expect(try site.value("targets.hpc.modules") == ["cuda/12", "gcc"])
        #expect(try site.value("targets.hpc.options") == ["--exclude=n07"])
    }

    @Test func `a target is made by a variable or an option alone`() throws {
        let site = try SiteFolder()
            .load(environment: ["REPRISE_TARGETS_SIF_KIND": "apptainer"], set: ["targets.b.kind=process"])
        #expect(Set(site.targets) == ["local", "b", "sif"])
        #expect(try site.settings(for: "sif").kind == .apptainer)
        #expect(try site.settings(for: "sif").slots == 8)
        #expect(try site.settings(for: "b").slots == 8)
    }

    @Test func `show tells every setting with its layer`() throws {
        let shown = try SiteFolder(user: "initials: ab\ncredentials: {gh: {variable: GH}}").load().show()
        #expect(shown.first { $0.name == "initials" }?.layer == .user)
        #expect(shown.first { $0.name == "project" }?.layer == nil)
        #expect(shown.first { $0.name == "snapshots.limit" }?.text == "50 MiB")
        #expect(shown.first { $0.name == "targets.local.slots" }?.layer == .builtIn)
        #expect(shown.contains { $0.name == "credentials.gh" })
    }

    @Test func `passwords inside URLs are not shown`() throws {
        let site = try SiteFolder(user: "snapshots: {publish: 'https://me:hunter22@example.org/x.git'}").load()
        #expect(try site.explain("snapshots.publish").rows[0].text == "https://me:<redacted>@example.org/x.git")
        #expect(!"\(site.show())".contains("hunter22"))
        #expect(try site.settings.snapshotPublish == "https://me:hunter22@example.org/x.git")
    }

    @Test func `the user's file lies where XDG says`() {
        #expect(SiteInputs.userFile(["XDG_CONFIG_HOME": "/c", "HOME": "/h"]) == "/c/reprise/site.yaml")
        #expect(SiteInputs.userFile(["XDG_CONFIG_HOME": "relative", "HOME": "/h"]) == "/h/.config/reprise/site.yaml")
        #expect(SiteInputs.userFile([:]) == nil)
    }

    @Test func `the file of the design is read whole`() throws {
        let text = """
            initials: ab
            target: local
            targets:
              local: {kind: process, slots: 2}
              box: {kind: container, engine: podman}
              sif: {kind: apptainer}
              hpc: {kind: slurm, ssh: me@login.hpc, workspace: /scratch/me/reprise, partition: gpu, account: a1, qos: ,
                    modules: [cuda/12], container: apptainer, options: ["--exclude=n07"]}
              pods: {kind: kubernetes, context: prod, namespace: exp, images: registry/repository}
              aws: {kind: aws-batch, region: , queue: gpu, job-definition: , images: , workspace: "s3://bucket/reprise"}
            snapshots: {publish: "git@example.org:private-experiments.git"}
            trackers:
              - {kind: mlflow, uri: "http://example.org", experiment: "{{ project }}"}
              - {kind: tensorboard, directory: runs}
            credentials:
              github-token: {variable: GITHUB_TOKEN}
            """
        let site = try SiteFolder(project: text).load()
        #expect(site.targets == ["local", "box", "sif", "hpc", "pods", "aws"])
        #expect(try site.settings.trackers.map(\.kind) == ["mlflow", "tensorboard"])
        #expect(try site.settings(for: "hpc").values["qos"] == nil)
        #expect(try site.settings(for: nil).slots == 2)
    }
}
