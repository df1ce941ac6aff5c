import RepriseDispatch
import RepriseModel
import RepriseSystem

/// Ends jobs; many that are stopped together by one question to the cluster, and a few `kubectl` at once.
actor KubernetesStopping {
    private static let most = (told: 6, deleted: 200)

    private var waiting: [Request] = []
    private var flush: Task<[JobKey: any Error], any Error>?

    struct Request: Sendable {
        var job: Job
        var handle: JobHandle
        var grace: Duration
        var watch: KubernetesWatch
    }

    /// Returns when the job was told to end, or the cluster. `store` is the mark of its store.
    func cancel(_ request: Request, store: String) async throws {
        waiting.append(request)
        let task =
            flush
            ?? Task {
                try await ContinuousClock().sleep(for: .milliseconds(50))
                return await send(store)
            }
        flush = task
        if let error = try await task.value[request.job.key] { throw error }
    }

    /// Returns what kept jobs from being told.
    private func send(_ store: String) async -> [JobKey: any Error] {
        let requests = waiting
        waiting = []
        flush = nil
        var errors: [JobKey: any Error] = [:]
        for part in Dictionary(grouping: requests, by: { ObjectIdentifier($0.watch) }).values {
            let watch = part[0].watch
            await watch.expectNews(for: (part.map(\.grace).max() ?? .zero) + .seconds(10))
            do {
                let state = try await watch.commands.state(of: store)
                errors.merge(await end(part, state, watch.commands)) { $1 }
            } catch { for request in part { errors[request.job.key] = error } }
        }
        return errors
    }

    /// Returns what kept some of them from being told.
    func end(
        _ requests: [Request],
        _ state: KubernetesState,
        _ commands: KubernetesCommands
    ) async -> [JobKey: any Error] {
        var live: [(request: Request, pod: KubernetesPod)] = []
        var rest: [Request] = []
        for request in requests {
            // What a pod's containers do is told late: this one may run already.
            let pods = state.pods[request.handle.description] ?? []
            let pod = pods.last { !$0.isOver && $0.termination == nil && $0.node != nil }
            if let pod { live.append((request, pod)) } else { rest.append(request) }
        }
        var errors = await delete(rest, commands)
        var deaf: [Request] = []
        await withTaskGroup(of: (Request, Result<Bool, any Error>).self) { group in
            func note(_ answer: (request: Request, told: Result<Bool, any Error>)?) {
                switch answer?.told {
                case .success(false)?: if let request = answer?.request { deaf.append(request) }
                case .failure(let error)?: if let key = answer?.request.job.key { errors[key] = error }
                case .success(true)?, nil: break
                }
            }
            for (index, (request, pod)) in live.enumerated() {
                if index >= Self.most.told { note(await group.next()) }
                group.addTask {
                    do { return (request, .success(try await Self.tells(pod, request, commands))) } catch {
                        return (request, .failure(error))
                    }
                }
            }
            while let answer = await group.next() { note(answer) }
        }
        errors.merge(await delete(deaf, commands)) { $1 }
        return errors
    }

    private func delete(_ requests: [Request], _ commands: KubernetesCommands) async -> [JobKey: any Error] {
        var errors: [JobKey: any Error] = [:]
        for start in stride(from: 0, to: requests.count, by: Self.most.deleted) {
            let part = requests[start..<min(start + Self.most.deleted, requests.count)]
            do { try await commands.delete(part.map { "job/" + $0.handle.description }) } catch {
                for request in part { errors[request.job.key] = error }
            }
        }
        return errors
    }

    /// Whether the job's own first process was asked to end it; false where there is none that can be.
    private static func tells(
        _ pod: KubernetesPod,
        _ request: Request,
        _ commands: KubernetesCommands
    ) async throws -> Bool {
        let job = request.job
        // Where the job's folder lies for its container.
        let folder = commands.settings.volume != nil ? job.folder : KubernetesStagedScript.folder(job.key.folder)
        let seconds = KubernetesScript.seconds(request.grace.milliseconds)
        let words = KubernetesScript.cancelling(folder: folder, seconds: seconds)
        let result = try await commands.execute(["/bin/sh", "-c", words], in: pod.name, "main")
        // The request may end itself, too.
        if result.status == 0 || result.status == 137 || result.status == 143 { return true }
        let refusal = commands.refusal(result, command: "exec")
        // The pod's end would leave less than the job's own: whoever wants it asks again, unless it is about to end anyway.
        if pod.isRunning, pod.deleted == nil, refusal.isAway { throw refusal }
        return false
    }
}
