@testable import RepriseDispatchers
import RepriseModel
import Testing

@Suite struct `Limits of a namespace` {
    private func limits(_ container: String) throws -> KubernetesLimits {
        let list = """
            {"kind":"List","items":[{"kind":"LimitRange","spec":{"limits":[\
            {"type":"Pod","max":{"cpu":"1m"}},{"type":"Container",\(container)}]}}]}
            """
        return try KubernetesReply.limits(Array(list.utf8))
    }

    @Test func `without any, the keeper of a job's files has what it needs`() throws {
        let keeper = KubernetesKeeper().fitted(to: try KubernetesReply.limits(Array(#"{"items":[]}"#.utf8)))
        #expect(keeper == KubernetesKeeper())
        #expect(
            keeper.resources.json()
                == #"{"requests":{"cpu":"10m","memory":"32Mi"},"limits":{"cpu":"500m","memory":"64Mi"}}"#
        )
    }

    @Test func `the least raises it, the most lowers it`() throws {
        let least = try limits(#""min":{"cpu":"100m","memory":"128Mi"}"#)
        let raised = KubernetesKeeper().fitted(to: least)
        #expect(raised.processors == .init(request: 100, limit: 500))
        #expect(raised.memory == .init(request: 128 << 20, limit: 128 << 20))
        let lowered = KubernetesKeeper().fitted(to: try limits(#""max":{"cpu":"0.2","memory":"48Mi"}"#))
        #expect(lowered.processors == .init(request: 10, limit: 200))
        #expect(lowered.memory == .init(request: 32 << 20, limit: 48 << 20))
    }

    @Test func `a limit is no more than so many times the request`() throws {
        let keeper = KubernetesKeeper().fitted(to: try limits(#""maxLimitRequestRatio":{"cpu":"3","memory":"1"}"#))
        #expect(keeper.processors == .init(request: 167, limit: 500))
        #expect(keeper.memory == .init(request: 64 << 20, limit: 64 << 20))
    }
}

@Suite struct `Refusals before anything is queued` {
    @Test(arguments: [
        (
            #"pods "t-0" is forbidden: maximum memory usage per Container is 200Mi, but limit is 1Gi"#,
            "does not take such runs", "maximum memory usage per Container is 200Mi, but limit is 1Gi"
        ),
        (
            #"pods "t-0" is forbidden: maximum cpu usage per Pod is 1, but limit is 2"#, "does not take such runs",
            "maximum cpu usage per Pod is 1, but limit is 2"
        ),
        (
            #"pods "t-0" is forbidden: failed quota: small: must specify limits.memory,requests.cpu"#,
            "say what it needs", "failed quota: small: must specify limits.memory,requests.cpu"
        ),
        (
            #"pods "t-0" is forbidden: exceeded quota: q, requested: cpu=8, used: cpu=1, limited: cpu=4"#,
            "the quota of target `pods`", "exceeded quota: q, requested: cpu=8, used: cpu=1, limited: cpu=4"
        ),
    ])
    func `what can never begin`(_ said: String, _ what: String, _ why: String) throws {
        let line = #"Error from server (Forbidden): error when creating "STDIN": "# + said
        let refusal = try #require(KubernetesRefusal(trial: line, target: "pods"))
        #expect(refusal.what.contains(what) && refusal.why == why && refusal.fault == .usage, "\(refusal)")
    }

    @Test(arguments: [
        #"pods "t-0" is forbidden: exceeded quota: q, requested: cpu=3, used: cpu=2, limited: cpu=4"#,
        #"pods is forbidden: User "me" cannot create resource "pods" in API group "" in the namespace "x""#,
        #"admission webhook "x.y" does not support dry run"#, "pod/t-0 created (server dry run)",
        "Unable to connect to the server: EOF",
    ])
    func `what may begin one day, or is not said`(_ said: String) {
        #expect(KubernetesRefusal(trial: "Error from server: " + said, target: "pods") == nil)
    }

    @Test func `more than the largest node has, with the keeper of its files`() {
        let largest = KubernetesCapacity(processors: 2000, memory: 4 << 30, disk: 10 << 30)
        func lack(_ resources: Resources, carried: Bool = true) -> String? {
            largest.lack(resources, besides: carried ? KubernetesKeeper() : nil)
        }
        #expect(lack(Resources(cpus: 1, memory: 1 << 30)) == nil)
        #expect(lack(Resources(cpus: 3)) == "3 processors; the largest has 2")
        #expect(lack(Resources(cpus: 2), carried: false) == nil)
        #expect(
            lack(Resources(cpus: 2))
                == "2 processors; the largest has 2 besides what the keeper of its files needs (0.010 processors, 32 MiB)"
        )
        #expect(lack(Resources(disk: 20 << 30)) == "20 GiB of disk; the largest has 10 GiB")
        #expect(lack(Resources(disk: 20 << 30), carried: false) == nil)
    }
}

@Suite struct `When a cluster is asked` {
    @Test func `every few seconds, and sooner where news are expected`() {
        let start = ContinuousClock().now
        var pace = KubernetesPace(.seconds(3))
        func begins(_ seconds: Double, isUrgent: Bool = false) -> Bool {
            pace.begins(start + .seconds(seconds), isUrgent: isUrgent)
        }
        #expect(begins(0))
        #expect(!begins(9, isUrgent: true), "it is being asked")
        pace.answered(start)
        #expect(pace.isAnswered(since: start) && !pace.isAnswered(since: start + .seconds(1)))
        #expect(!begins(2))
        #expect(begins(2, isUrgent: true))
        pace.answered(start + .seconds(2))
        pace.expectNews(for: .seconds(10), start + .seconds(2))
        #expect(!begins(2.2))
        #expect(begins(2.4))
    }

    @Test func `what is young is asked about more often, a cluster that takes long to answer less often`() {
        let start = ContinuousClock().now
        func pause(age: Double, answerTime: Double) -> Double? {
            var pace = KubernetesPace(.seconds(3))
            _ = pace.begins(start, isUrgent: false)
            pace.answered(start + .seconds(answerTime))
            return (0...600).map { Double($0) / 10 }
                .first { pause in
                    let now = start + .seconds(pause)
                    return pace.begins(now, isUrgent: false, latest: now - .seconds(age))
                }
        }
        #expect(pause(age: 0, answerTime: 0.01) == 0.3)
        #expect(pause(age: 4, answerTime: 0.01) == 1)
        #expect(pause(age: 1000, answerTime: 0.01) == 3)
        #expect(pause(age: 0, answerTime: 1) == 2)
        #expect(pause(age: 1000, answerTime: 4) == 8)
        #expect(pause(age: 1000, answerTime: 8) == 10)
    }

    @Test func `ever more rarely where it does not answer, but once a minute`() {
        var now = ContinuousClock().now
        var pace = KubernetesPace(.seconds(3))
        func begins(after seconds: Int) -> Bool { pace.begins(now + .seconds(seconds), isUrgent: false) }
        for pause in [0, 6, 12, 24, 48, 60, 60] {
            if pause > 0 { #expect(!begins(after: pause - 1)) }
            #expect(begins(after: pause))
            now += .seconds(pause)
            pace.failed()
        }
    }
}
