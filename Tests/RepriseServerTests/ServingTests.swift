import Foundation
import FoundationNetworking
import RepriseModel
import RepriseStore
import RepriseSystem
import Testing

@testable import RepriseServer

@Suite struct `Serving over a socket` {
    private func server(
        _ fixture: ServerFixture,
        _ change: (inout TrackingServer.Options) -> Void = { _ in }
    ) -> TrackingServer {
        var options = TrackingServer.Options()
        options.port = 0
        change(&options)
        return TrackingServer(
            store: fixture.store,
            wallClock: LiveWallClock(),
            entropy: LiveEntropy(),
            options: options
        )
    }

    @Test func `it answers while the body runs, and then no more`() async throws {
        let fixture = try ServerFixture()
        let url = try await server(fixture)
            .run { url in
                let (data, response) = try await session.data(from: #require(URL(string: url + "/health")))
                #expect(String(decoding: data, as: UTF8.self) == "OK")
                #expect((response as? HTTPURLResponse)?.statusCode == 200)
                return url
            }
        await #expect(throws: URLError.self) { try await session.data(from: #require(URL(string: url + "/health"))) }
    }

    @Test func `a port that is taken is named, with another one`() async throws {
        let fixture = try ServerFixture()
        try await server(fixture)
            .run { url in
                let port = try #require(URL(string: url)?.port)
                let second = server(fixture) { $0.port = port }
                await #expect(throws: TrackingServerError.portTaken(host: "127.0.0.1", port: port)) {
                    try await second.run { _ in }
                }
            }
    }

    @Test func `an address that others reach needs a token`() async throws {
        let fixture = try ServerFixture()
        await #expect(throws: TrackingServerError.openToStrangers(host: "0.0.0.0")) {
            try await server(fixture) { $0.host = "0.0.0.0" }.run { _ in }
        }
        await #expect(throws: TrackingServerError.emptyToken) {
            try await server(fixture) { $0.token = "" }.run { _ in }
        }
        await #expect(throws: Never.self) {
            try await server(fixture) {
                $0.host = "0.0.0.0"
                $0.token = "t"
            }
            .run { _ in }
        }
    }

    @Test func `an error of the body stops the server and comes through`() async throws {
        let fixture = try ServerFixture()
        await #expect(throws: Mistake.self) {
            try await server(fixture).run { _ in throw Mistake("enough", code: "enough") }
        }
    }

    @Test func `the store says where it is served, and a stale note is seen through`() async throws {
        let fixture = try ServerFixture()
        let (store, files) = (fixture.store.folder.root, LiveFileSystem())
        try await ServerNote.keep(url: "http://127.0.0.1:1", in: store, files) {
            #expect(ServerNote.running(in: store, files)?.url == "http://127.0.0.1:1")
        }
        #expect(ServerNote.running(in: store, files) == nil)
        try files.write(#"{"url": "http://127.0.0.1:2", "process": 1, "started": 5}"#, to: ServerNote.path(in: store))
        #expect(ServerNote.running(in: store, files) == nil)
    }
}

/// Without the proxies that the machine may have set up.
private let session: URLSession = {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.connectionProxyDictionary = [:]
    return URLSession(configuration: configuration)
}()
