import RepriseDispatch
import RepriseModel
import RepriseSystem

/// How a job's processes are made to end: TERM for the script and its program, a grace, KILL for all but the script, so
/// that it can write down how the job ended, then KILL for the script, and for what its engine left last of all. Repeated
/// until nothing is left.
struct JobEnding: Sendable {
    /// Milliseconds for the script to write down the end, and for an engine to clean up.
    private static let scriptTime: Int64 = 300
    private static let engineTime: Int64 = 3000

    /// Milliseconds after boot.
    var killAt: Int64
    var next: Int64
    private(set) var isDone = false
    private(set) var lastSignal: Int?
    private var told: Set<Int32> = []
    private var killsScriptAt: Int64?

    init(killAt: Int64, next: Int64) {
        self.killAt = killAt
        self.next = next
    }

    /// Nothing is done as long as the process that was started has not ended, even where nobody can see it.
    mutating func proceed(_ tree: JobTree, isOver: Bool, now: Int64, table: ProcessTable) {
        if tree.isEmpty, isOver {
            isDone = true
            return
        }
        if now < killAt {
            ask(tree.program + tree.script, table)
            if tree.script.isEmpty { ask(tree.client, table) }
            next = min(killAt, now + 20)
        } else {
            kill(tree, now: now, table: table)
            next = now + 10
        }
    }

    private mutating func ask(_ processes: [Int32], _ table: ProcessTable) {
        for process in processes where told.insert(process).inserted {
            table.send(ProcessSignal.terminate, to: process)
            // One that is stopped would not notice.
            table.send(ProcessSignal.resume, to: process)
        }
        lastSignal = Int(ProcessSignal.terminate)
    }

    private mutating func kill(_ tree: JobTree, now: Int64, table: ProcessTable) {
        let scriptDies = killsScriptAt ?? now + Self.scriptTime
        killsScriptAt = scriptDies
        var condemned = tree.program
        if now >= scriptDies { condemned += tree.script }
        // A client that may still tidy up after itself is let, and one that has not come to the script is asked.
        if tree.script.isEmpty { ask(tree.client, table) }
        if now >= scriptDies + Self.engineTime || tree.client.isEmpty && tree.script.isEmpty {
            condemned += tree.client + tree.engine
        }
        for process in condemned { table.send(ProcessSignal.kill, to: process) }
        lastSignal = Int(ProcessSignal.kill)
    }
}
