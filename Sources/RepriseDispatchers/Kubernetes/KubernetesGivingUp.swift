import RepriseDispatch
import RepriseModel

/// What becomes of jobs that do not begin.
extension KubernetesWatch {
    func weigh(_ evidence: KubernetesEvidence) {
        let key = evidence.job.key
        guard evidence.claim == nil, evidence.row != nil, known[key]?.verdict == nil else { return }
        let obstacle = KubernetesObstacle.facing(
            evidence.pods.last,
            image: evidence.job.container?.image ?? commands.settings.image,
            messages: messages[evidence.pods.last?.name ?? evidence.row?.name ?? ""] ?? [],
            largest: largest,
            evidence.job.resources,
            commands.settings
        )
        known[key]?.face(obstacle, clock.now)
        if obstacle?.patience != nil, known[key]?.verdict == nil { expectNews(for: .seconds(5)) }
    }

    /// Asks for messages about Jobs without pods, and pods that do not come to life, and for the nodes, now and then.
    func askWhyNothingBegins(_ jobs: [Job: JobHandle]) async {
        let now = clock.now
        let waiting = jobs.filter { known[$0.key.key]?.claim == nil }
        let podless = waiting.filter { job, handle in
            let row = state.jobs[handle.description]
            // In its first moments every Job is without.
            let isNew = known[job.key].map { now - $0.since < .seconds(3) } ?? true
            return !isNew && row != nil && row?.failure == nil && state.pods[handle.description] == nil
        }
        let isStuck = waiting.contains { job, handle in
            known[job.key].map { now - $0.since >= .seconds(10) } == true
                && state.pods[handle.description]?.last?.isBeingFurnished == true
        }
        if !podless.isEmpty || isStuck, messagesAsked.map({ now - $0 >= .seconds(5) }) ?? true {
            messagesAsked = now
            let aboutJobs = podless.isEmpty ? [:] : try? await commands.troubles(of: "Job", reason: "FailedCreate")
            let aboutPods = isStuck ? try? await commands.troubles(of: "Pod", reason: "FailedMount") : [:]
            if let aboutJobs, let aboutPods { messages = aboutJobs.merging(aboutPods) { $1 } }
        }
        let hasNoRoom = waiting.values.contains { state.pods[$0.description]?.last?.unschedulable != nil }
        if hasNoRoom, nodesAsked.map({ now - $0 >= .seconds(60) }) ?? true {
            nodesAsked = now
            largest = (try? await commands.nodes()).flatMap { KubernetesCapacity.largest($0) }
        }
    }

    func takeBackHopeless() async throws {
        let hopeless = known.filter { $0.value.verdict != nil && !$0.value.isTakenBack }
        let names = hopeless.compactMap { $0.value.submission?.name }
        guard !names.isEmpty else { return }
        try await commands.delete(names.map { "job/" + $0 })
        for key in hopeless.keys { known[key]?.isTakenBack = true }
        expectNews(for: .seconds(10))
    }
}
