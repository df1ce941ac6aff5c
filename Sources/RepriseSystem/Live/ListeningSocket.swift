import CRepriseSystem
import Glibc
import RepriseModel
import Synchronization

/// A TCP socket that listens on loopback (127.0.0.1). Connections wait in the kernel until somebody accepts them.
///
/// It costs two system calls and, once somebody waits for a connection, one sleeping thread.
package final class ListeningSocket: Sendable {
    package let port: Int
    private let descriptor: Int32
    /// A read on it wakes whoever waits.
    private let bell: Int32
    private let isTaken = Atomic<Bool>(false)

    /// Listens on `port`, or on one that is free where that is taken or 0.
    package init(port: Int) throws(FileError) {
        var opened = Self.open(port)
        if opened == nil, port != 0 { opened = Self.open(0) }
        guard let (descriptor, port) = opened else { throw fileError("listen on", "127.0.0.1", errno) }
        bell = reprise_bell_create()
        self.descriptor = descriptor
        self.port = port
        guard bell >= 0 else { throw fileError("listen on", "127.0.0.1", errno) }
    }

    deinit {
        if bell >= 0 { close(bell) }
        if !isTaken.load(ordering: .relaxed) { close(descriptor) }
    }

    /// Returns when a connection waits, or false when the task is cancelled.
    package func waitForConnection() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let wait = Wait(descriptor: descriptor, bell: bell) { continuation.resume(returning: $0) }
                if !wait.begin() { continuation.resume(returning: false) }
            }
        } onCancel: {
            var one: UInt64 = 1
            _ = write(bell, &one, 8)
        }
    }

    /// Gives the descriptor away; whoever has it closes it.
    package func take() -> Int32 {
        isTaken.store(true, ordering: .relaxed)
        return descriptor
    }

    private static func open(_ port: Int) -> (descriptor: Int32, port: Int)? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var on: Int32 = 1
        // A supervisor that died a moment ago must not keep its successor from the port.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(descriptor, address, length) == 0 && listen(descriptor, 1024) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
        }
        guard isBound else {
            close(descriptor)
            return nil
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }
}

/// One wait, on a thread of its own that ends with it.
private final class Wait: Sendable {
    private let descriptor: Int32
    private let bell: Int32
    private let told: @Sendable (Bool) -> Void

    init(descriptor: Int32, bell: Int32, told: @escaping @Sendable (Bool) -> Void) {
        self.descriptor = descriptor
        self.bell = bell
        self.told = told
    }

    func begin() -> Bool {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(self)
        let error = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Wait>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            work.toOpaque()
        )
        if error != 0 { work.release() } else { pthread_detach(thread) }
        return error == 0
    }

    private func run() {
        var descriptors = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&descriptors, 2, -1) < 0, errno == EINTR {}
        told(descriptors[0].revents != 0 && descriptors[1].revents == 0)
    }
}
