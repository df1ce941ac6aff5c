import CRepriseSystem
import Glibc
import RepriseModel
import Synchronization

/// A thread that notices the end of processes, also of those that are no children of this one, and keeps appointments.
///
/// It ends with the object. Both closures run on it and must not block for long.
package final class ProcessWatch: Sendable {
    private let loop: WatchLoop

    /// `onExit` gets the id of each watched process when it has ended. `onTick` runs after each wake-up and says after how
    /// many milliseconds at the latest it wants to run again; nil for not at all.
    package init(
        onExit: @escaping @Sendable (Int32) -> Void,
        onTick: @escaping @Sendable () -> Int64?
    ) throws(FileError) {
        loop = try WatchLoop(onExit: onExit, onTick: onTick)
        try loop.start()
    }

    deinit { loop.stop() }

    /// Watches a process until it ends; false where there is none of that id.
    package func watch(_ process: Int32) -> Bool { loop.watch(process) }

    /// Makes `onTick` run soon.
    package func wake() { loop.wake() }
}

private final class WatchLoop: Sendable {
    private let poll: Int32
    private let bell: Int32
    private let hasStopped = Atomic<Bool>(false)
    private let onExit: @Sendable (Int32) -> Void
    private let onTick: @Sendable () -> Int64?

    init(
        onExit: @escaping @Sendable (Int32) -> Void,
        onTick: @escaping @Sendable () -> Int64?
    ) throws(FileError) {
        self.onExit = onExit
        self.onTick = onTick
        poll = reprise_poll_create()
        bell = reprise_bell_create()
        guard poll >= 0, bell >= 0, add(bell, data: 0) else { throw fileError("watch", "processes", errno) }
    }

    deinit {
        close(poll)
        close(bell)
    }

    func start() throws(FileError) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(self)
        let error = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<WatchLoop>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            work.toOpaque()
        )
        guard error == 0 else {
            work.release()
            throw fileError("watch", "processes", error)
        }
        pthread_detach(thread)
    }

    func stop() {
        hasStopped.store(true, ordering: .releasing)
        wake()
    }

    func wake() {
        var one: UInt64 = 1
        _ = write(bell, &one, 8)
    }

    func watch(_ process: Int32) -> Bool {
        let descriptor = reprise_pidfd_open(process)
        guard descriptor >= 0 else { return false }
        let data = UInt64(UInt32(bitPattern: process)) << 32 | UInt64(UInt32(bitPattern: descriptor))
        if add(descriptor, data: data) { return true }
        close(descriptor)
        return false
    }

    private func add(_ descriptor: Int32, data: UInt64) -> Bool { reprise_poll_add(poll, descriptor, data) == 0 }

    private func run() {
        var ready = [UInt64](repeating: 0, count: 64)
        while !hasStopped.load(ordering: .acquiring) {
            let pause = onTick().map { Int32(clamping: max(0, $0)) } ?? -1
            let count = reprise_poll_wait(poll, &ready, 64, pause)
            if count > 0 { ready.prefix(Int(count)).forEach(handle) }
        }
    }

    private func handle(_ data: UInt64) {
        if data == 0 {
            var count: UInt64 = 0
            _ = read(bell, &count, 8)
            return
        }
        let descriptor = Int32(truncatingIfNeeded: data & 0xFFFF_FFFF)
        _ = reprise_poll_remove(poll, descriptor)
        close(descriptor)
        onExit(Int32(truncatingIfNeeded: data >> 32))
    }
}
