import Foundation
import RepriseSystem
import Testing

@Suite struct `A listening socket` {
    private func connect(_ port: Int) throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = in_addr_t(UInt32(0x7F00_0001).bigEndian)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }

    @Test func `the first connection is told, and waits to be accepted`() async throws {
        let listening = try ListeningSocket(port: 0)
        async let arrival = listening.waitForConnection()
        let client = try connect(listening.port)
        defer { close(client) }
        #expect(await arrival)
        let descriptor = listening.take()
        defer { close(descriptor) }
        let accepted = accept(descriptor, nil, nil)
        #expect(accepted >= 0)
        close(accepted)
    }

    @Test func `waiting ends with its task`() async throws {
        let listening = try ListeningSocket(port: 0)
        let arrived = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await listening.waitForConnection() }
            group.cancelAll()
            return await group.next()
        }
        #expect(arrived == false)
    }

    @Test func `a port that is taken becomes another, and one that was let go is had again`() throws {
        var port = 0
        do {
            let first = try ListeningSocket(port: 0)
            port = first.port
            #expect(try ListeningSocket(port: port).port != port)
        }
        #expect(try ListeningSocket(port: port).port == port)
    }
}
