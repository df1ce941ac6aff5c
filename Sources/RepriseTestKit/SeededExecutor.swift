import Synchronization

/// Executes tasks one piece at a time, in an order that a seed draws: the same seed interleaves them the same way, and
/// many seeds try many ways. For `Task(executorPreference:)`; everything that such a task awaits follows it here.
package final class SeededExecutor: TaskExecutor {
    private struct State {
        var ready: [UnownedJob] = []
        var generator: SeededGenerator
    }

    private let state: Mutex<State>

    package init(seed: UInt64) { state = Mutex(State(generator: SeededGenerator(seed: seed))) }

    package func enqueue(_ job: consuming ExecutorJob) {
        let ready = UnownedJob(job)
        state.withLock { $0.ready.append(ready) }
    }

    /// Executes up to `count` pieces; how many there were.
    @discardableResult
    package func run(_ count: Int = .max) -> Int {
        var done = 0
        while done < count, let job = draw() {
            job.runSynchronously(on: asUnownedTaskExecutor())
            done += 1
        }
        return done
    }

    private func draw() -> UnownedJob? {
        state.withLock { state in
            if state.ready.isEmpty { return nil }
            let index = Int.random(in: 0..<state.ready.count, using: &state.generator)
            state.ready.swapAt(index, state.ready.count - 1)
            return state.ready.popLast()
        }
    }
}
