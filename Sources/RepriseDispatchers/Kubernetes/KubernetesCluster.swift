import RepriseDispatch
import RepriseModel
import RepriseSite
import RepriseSystem

/// A Kubernetes cluster, as it can be told of before anything is submitted.
struct KubernetesCluster: Cluster {
    let settings: KubernetesSettings
    let parts: DispatcherParts
    let commands: KubernetesCommands

    init(_ parts: DispatcherParts) {
        settings = KubernetesSettings(parts.target)
        commands = KubernetesCommands(settings, processes: parts.processes)
        self.parts = parts
    }

    var conflict: (any RepriseError)? {
        if let text = parts.target.text("volume"), settings.volume == nil {
            return KubernetesError.badSetting("volume", value: text, expected: "`CLAIM:/absolute/path`")
        }
        if let conflict = settings.conflict { return conflict }
        if let volume = settings.volume, !parts.folder.isEmpty, !volume.holds(parts.folder) {
            return KubernetesError.outsideVolume(path: RepriseSystem.folder(of: parts.folder), volume: volume.path)
        }
        return nil
    }

    var capacity: Capacity { Capacity(slots: settings.slots) }

    func examine() async -> ClusterExamination {
        var examination = ClusterExamination()
        examination.offers.append(settings.slots.map { "\($0) slots" } ?? "as many runs as the cluster lets")
        do {
            let place = try await commands.place()
            examination.offers.append("context `\(place.context)`, namespace `\(place.namespace)`")
            try await commands.checkNamespace(place.namespace)
            for problem in await missing() { examination.problems.append(problem) }
            if let nodes = try? await commands.nodes(), !nodes.isEmpty { examination.offers.append(Self.words(nodes)) }
        } catch let error as any RepriseError {
            examination.problems.append(error)
        } catch {
            examination.problems.append(
                Mistake("cannot ask the cluster: \(error)", code: "kubernetes-error", fault: .world)
            )
        }
        if settings.image == nil {
            examination.remarks.append(
                .init("experiments that name no image cannot run here", fix: "set the target's `image` to one for them")
            )
        }
        return examination
    }

    /// What the namespace lacks, or this user may not do.
    func missing() async -> [any RepriseError] {
        async let rights = problem {
            let denied = try await commands.denied(carries: settings.volume == nil)
            guard !denied.isEmpty else { return }
            let words = "it may not " + denied.joined(separator: ", ")
            throw KubernetesError.notPermitted(words: words, namespace: settings.namespace)
        }
        async let claim = problem { try await check("persistentvolumeclaims", settings.volume?.claim) }
        async let account = problem { try await check("serviceaccounts", settings.serviceAccount) }
        return await [rights, claim, account].compactMap { $0 }
    }

    private func problem(_ look: @Sendable () async throws -> Void) async -> (any RepriseError)? {
        do {
            try await look()
            return nil
        } catch let error as any RepriseError {
            return error
        } catch {
            return Mistake("cannot ask the cluster: \(error)", code: "kubernetes-error", fault: .world)
        }
    }

    private func check(_ kind: String, _ name: String?) async throws {
        guard let name else { return }
        do { _ = try await commands.succeed(["get", kind, name, "--output=name"]) } catch let error as KubernetesError {
            // One who may not look may still name it.
            guard case .notPermitted = error else { throw error }
        }
    }

    private static func words(_ nodes: [KubernetesCapacity]) -> String {
        var parts = [nodes.count == 1 ? "1 node" : "\(nodes.count) nodes"]
        if let largest = KubernetesCapacity.largest(nodes) {
            parts.append("at most \(largest.processors / 1000) processors")
            parts.append("\(Quantities.text(bytes: largest.memory)) of memory")
            if largest.gpus > 0 { parts.append("\(largest.gpus) GPUs") }
        }
        return parts.joined(separator: ", ") + (nodes.count > 1 ? " each" : "")
    }

    func preview(_ preview: ClusterPreview) -> String {
        let manifest = KubernetesManifest(settings: settings, store: "STORE", owner: .current)
        let entries = preview.names.map { name in
            KubernetesManifest.Entry(
                name: "reprise-\(name)",
                key: name,
                run: String(name.prefix { $0 != "." }),
                folder: "\(preview.store)/runs/\(name)",
                resources: preview.resources,
                image: preview.image ?? settings.image ?? "IMAGE",
                secrets: preview.hasSecrets ? ["NAME": ""] : [:],
                cargo: settings.volume == nil
                    ? KubernetesCargo(maps: ["reprise-STORE-CODE-0", "reprise-\(name)-0"], folder: "", hasCode: true)
                    : nil
            )
        }
        let objects = entries.map { manifest.job($0) }
        let list = objects.count == 1 ? objects[0] : manifest.list(objects)
        return list.json(pretty: true) + "\n"
    }
}
