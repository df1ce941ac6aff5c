import RepriseModel
import RepriseSystem

extension SlurmCluster {
    /// The way there first, then the workspace, then Slurm itself.
    func examine(_ login: SlurmLogin) async -> ClusterExamination {
        let workspace = RemoteWorkspace(login.workspace, on: login.runner, files: parts.files)
        let sent = parts.wallClock.now()
        let facts: RemoteFacts
        do { facts = try await workspace.probe() } catch {
            var examination = ClusterExamination()
            let told = error as? any RepriseError
            examination.problems.append(
                told ?? Mistake("cannot reach `\(workspace.host)`: \(error)", code: "ssh-error", fault: .world)
            )
            return examination
        }
        let commands = SlurmCommands(
            settings,
            processes: login.runner,
            variables: SlurmSurroundings.everyDecision
        )
        var examination = await commands.examine()
        let free = facts.free.map { ", " + Quantities.text(bytes: $0) + " free" } ?? ""
        examination.offers.insert("workspace `\(facts.root)` on `\(workspace.host)`\(free)", at: 0)
        examination.offers.insert(settings.slots.map { "\($0) slots" } ?? "as many runs as the cluster lets", at: 0)
        examination.remarks += remarks(facts, workspace.host, sent: sent)
        return examination
    }

    private func remarks(_ facts: RemoteFacts, _ host: String, sent: Timestamp) -> [ClusterExamination.Remark] {
        var remarks: [ClusterExamination.Remark] = []
        if let clock = facts.clock {
            let now = parts.wallClock.now()
            // It was read at some moment between the two.
            let ahead =
                clock > now ? now.milliseconds - clock.milliseconds : max(0, sent.milliseconds - clock.milliseconds)
            if abs(ahead) >= 5000 {
                let words = Quantities.text(milliseconds: abs(ahead)) + (ahead < 0 ? " ahead of" : " behind")
                remarks.append(
                    .init(
                        "the clock of `\(host)` is \(words) this machine's: times of runs are those of the cluster",
                        fix: "let both set their clocks by the network (NTP)"
                    )
                )
            }
        }
        if !facts.programs.contains("rsync") {
            remarks.append(
                .init(
                    "there is no `rsync` on `\(host)`: data that is cut off on its way is sent anew",
                    fix: "install `rsync` there, where data is large"
                )
            )
        }
        return remarks
    }
}
