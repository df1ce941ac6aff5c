import Testing

@testable import RepriseDispatchers

@Suite struct `Memory of a control group` {
    @Test func `version 2 has one group for everything`() {
        #expect(
            JobMemoryGroup.candidates("0::/user.slice/session-1.scope\n") == [
                "/sys/fs/cgroup/user.slice/session-1.scope/memory.events", "/sys/fs/cgroup/memory.events",
            ]
        )
        #expect(JobMemoryGroup.candidates("0::/\n") == ["/sys/fs/cgroup/memory.events"])
    }

    @Test func `version 1 has one for memory, also beside version 2`() {
        let text = "9:name=systemd:/\n4:cpu,memory:/jobs/a:b\n0::/\n"
        #expect(
            JobMemoryGroup.candidates(text) == [
                "/sys/fs/cgroup/memory/jobs/a:b/memory.oom_control", "/sys/fs/cgroup/memory/memory.oom_control",
            ]
        )
    }

    @Test func `a system without groups has no file`() {
        #expect(JobMemoryGroup.candidates("") == [])
        #expect(JobMemoryGroup.candidates("nonsense\n1:cpu:/\n") == [])
    }

    @Test func `the count stands behind its name`() {
        #expect(JobMemoryGroup.kills("oom_kill_disable 0\nunder_oom 0\noom_kill 3\n") == 3)
        #expect(JobMemoryGroup.kills("low 0\nhigh 0\nmax 12\noom 4\noom_kill 2\noom_group_kill 0\n") == 2)
        #expect(JobMemoryGroup.kills("oom_kill_disable 0\n") == nil)
    }
}
