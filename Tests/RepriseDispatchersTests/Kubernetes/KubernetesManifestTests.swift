import RepriseDispatch
@testable import RepriseDispatchers
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@Suite struct `Kubernetes manifests` {
    private let entry = KubernetesManifest.Entry(
        name: "reprise-0123456789abcdef0123456789abcdef",
        key: "0123456789abcdef0123456789abcdef",
        run: "0123456789abcdef0123456789abcdef",
        folder: "/shared/it's $(here)/runs/0123456789abcdef0123456789abcdef",
        image: "ghcr.io/me/digits@sha256:00"
    )

    private func manifest(_ settings: KubernetesSettings, user: Int = 1000) -> KubernetesManifest {
        KubernetesManifest(
            settings: settings,
            store: "00ff00ff00ff00ff",
            owner: ProcessOwner(user: user, group: 100, groups: [27])
        )
    }

    @Test func `a job whose files are shared`() throws {
        let settings = KubernetesSettings(volume: .init(claim: "lab", path: "/shared"))
        try expectGolden(manifest(settings).job(entry).json(pretty: true) + "\n", "kubernetes-shared.json")
    }

    @Test func `a job whose files are carried, with everything`() throws {
        var entry = entry
        entry.resources = Resources(cpus: 4, memory: 3 << 30, gpus: 2, time: 90_500, disk: 1 << 30)
        entry.secrets = ["TOKEN": "it's \"$(secret)\""]
        entry.isReadOnly = true
        entry.sharedMemory = 1 << 30
        entry.cargo = KubernetesCargo(
            maps: ["reprise-code-77-0", "reprise-code-77-1", "\(entry.name)-0"],
            folder: "steps/train.3",
            hasCode: true,
            data: [
                .init(name: "digits", content: "data-11", isFolder: true),
                .init(name: "a b", content: "data-22", isFolder: false),
            ]
        )
        let settings = KubernetesSettings(
            nodeSelector: ["disk=ssd"],
            tolerations: ["nvidia.com/gpu:NoSchedule", "lab=vision:NoExecute"],
            serviceAccount: "runner",
            pullSecrets: ["ghcr"],
            labels: ["kueue.x-k8s.io/queue-name=lab"],
            keep: 600_000
        )
        let manifest = manifest(settings)
        let objects = [manifest.secret(entry), manifest.job(entry)].compactMap { $0 }
        try expectGolden(manifest.list(objects).json(pretty: true) + "\n", "kubernetes-carried.json")
    }

    @Test func `a text reaches the shell as it is`() {
        #expect(KubernetesScript.escaped("$$ $(date) ${x} $x $") == "$$$ $$(date) ${x} $x $")
        #expect(KubernetesScript.escaped("$$$(x)") == "$$$$$$(x)")
    }

    @Test func `names are short enough for labels, and one for each job`() {
        let run = RunID("0123456789abcdef0123456789abcdef")
        let keys = run.map { run in
            [
                JobKey(run: run), JobKey(run: run, attempt: 2), JobKey(run: run, step: "Train_it"),
                JobKey(run: run, step: "train", split: 3), JobKey(run: run, step: "train", split: 3, attempt: 2),
            ]
        }
        let names = Set((keys ?? []).map(KubernetesNames.job))
        #expect(names.count == 5)
        for name in names {
            #expect(name.count <= 63 - 6)
            #expect(name.allSatisfy { $0.isLowercase && $0.isASCII || $0.isNumber || $0 == "-" }, "\(name)")
        }
    }

    @Test(arguments: ["a:b", ":NoSchedule", ""])
    func `a toleration that cannot be`(_ text: String) {
        #expect(KubernetesToleration(text) == nil)
        #expect(KubernetesSettings(tolerations: [text]).conflict != nil)
    }
}
