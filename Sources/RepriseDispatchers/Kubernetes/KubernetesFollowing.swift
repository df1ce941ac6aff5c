import RepriseDispatch
import RepriseModel

/// What is carried between a pod and here.
extension KubernetesWatch {
    /// The first pod of a job that has begun is the one that executes it.
    func note(_ job: Job, _ handle: JobHandle) {
        guard known[job.key]?.claim == nil, known[job.key]?.submission != nil,
            let pod = state.pods[handle.description]?.first, pod.isRunning || pod.termination != nil
        else { return }
        known[job.key]?.claim = pod.name
        known[job.key]?.claimSeen = pace.asked
        // Lost, it is found again as long as the pod is there.
        try? jobFiles.write(claim: pod.name, of: job)
    }

    /// Follows a job that runs, and holds back the end of one until what it left is here.
    func carry(_ job: Job, _ handle: JobHandle, _ status: JobStatus) async -> JobStatus {
        guard let pod = pod(of: job, handle), known[job.key]?.claim == pod.name, !pod.isOver else { return status }
        // Nobody can be asked for its files.
        if isSilent(pod, of: job.key) { return status }
        let running = JobStatus.running(since: known[job.key]?.start ?? pod.termination?.started)
        switch pod.keeper {
        case .running?: break
        case .terminated?: return status
        case .waiting?, nil: return pod.termination == nil ? status : unkept(job, pod) ?? running
        }
        // Of a pod that is being taken away nobody tells how its containers ended.
        var isOver = pod.termination != nil || pod.deleted != nil || status.isEnd
        if !isOver { isOver = await carrier.hasEnded(job.key) }
        guard isOver else {
            // One that ends at once is fetched, and need not be followed.
            if let since = known[job.key]?.claimSeen, clock.now - since >= .seconds(1) {
                await carrier.follow(job, in: pod.name)
            }
            return status
        }
        switch await carrier.fetch(job, in: pod.name, isOver: pod.termination != nil, mayBegin: !pace.isFailing) {
        case .underWay:
            expectNews(for: .seconds(5))
            return running
        case .done: return judge(job, handle)
        case .failed(let words):
            let lost = JobStatus.lost(reason: "what it left could not be fetched: \(KubernetesEnd.trimmed(words))")
            return status.isEnd ? status : lost
        }
    }

    /// A job that has ended, and whose files nobody keeps yet: the other container may take its time, such as for its image. nil:
    /// it may still come.
    private func unkept(_ job: Job, _ pod: KubernetesPod) -> JobStatus? {
        let since = known[job.key]?.unkeptSince ?? clock.now
        known[job.key]?.unkeptSince = since
        guard clock.now - since >= .milliseconds(commands.settings.keep) else { return nil }
        var words = "the container that keeps it did not begin"
        if case .waiting(let reason, let message)? = pod.keeper { words += ": " + (message ?? reason) }
        return .lost(reason: "what it left could not be fetched: \(KubernetesEnd.trimmed(words))")
    }
}
