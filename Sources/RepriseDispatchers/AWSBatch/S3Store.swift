import RepriseModel
import RepriseSystem

/// The objects of one target.
struct S3Store: Sendable {
    let session: AWSSession
    let transfers: S3Transfers
    let settings: BatchSettings
    /// What stands for the store of this machine in the bucket.
    let store: String

    /// The key of what is staged for a batch.
    func input(_ batch: String, _ name: String) async throws -> String { try await key("\(store)/in/\(batch)/\(name)") }
    /// The head of the keys of what jobs of a batch send.
    func output(_ batch: String) async throws -> String { try await key("\(store)/out/\(batch)") }
    func key(_ name: String) async throws -> String { try await session.place().key(name) }

    func address(_ method: String = "GET", key: String) async throws -> String {
        let signature = try await session.signature()
        let lasting = signature.credentials.lasting(signature.moment)
        return signature.url(method, try await session.place().address(key: key), lasting: lasting)
    }

    func listAddress(prefix: String, after token: String? = nil) async throws -> String {
        let signature = try await session.signature()
        var query = [("list-type", "2"), ("prefix", prefix)]
        if let token { query.append(("continuation-token", token)) }
        return signature.url(
            "GET",
            try await session.place().bucketAddress,
            query: query,
            lasting: signature.credentials.lasting(signature.moment)
        )
    }

    /// Everything whose key begins so: a request for each thousand of them.
    func list(prefix: String) async throws -> [S3Reply.Object] {
        var objects: [S3Reply.Object] = []
        var token: String?
        repeat {
            let url = try await listAddress(prefix: prefix, after: token)
            let outcome = try await transfers.send([S3Call(method: .get, url: url)], retries: 1)[0]
            guard outcome.isSuccess else { throw await refusal(outcome) }
            let listing = S3Reply.listing(outcome.text)
            objects += listing.objects
            token = listing.next
        } while token != nil
        return objects
    }

    func put(_ bodies: [(key: String, body: S3Call.Body)]) async throws {
        var calls: [S3Call] = []
        for (key, body) in bodies {
            calls.append(S3Call(method: .put, url: try await address("PUT", key: key), body: body))
        }
        for outcome in try await transfers.send(calls) where !outcome.isSuccess { throw await refusal(outcome) }
    }

    /// Whether each came; others throw nothing, since they may be gone.
    func get(_ pairs: [(key: String, path: String?)]) async throws -> [S3Outcome] {
        var calls: [S3Call] = []
        for (key, path) in pairs {
            calls.append(S3Call(method: .get, url: try await address(key: key), output: path))
        }
        return try await transfers.send(calls)
    }

    /// Throws where one of them may still be there.
    func remove(_ keys: [String]) async throws {
        var calls: [S3Call] = []
        for key in keys { calls.append(S3Call(method: .delete, url: try await address("DELETE", key: key))) }
        for outcome in try await transfers.send(calls, retries: 1) where !outcome.isSuccess && outcome.status != 404 {
            throw await refusal(outcome)
        }
    }

    func refusal(_ outcome: S3Outcome) async -> AWSError {
        let words = outcome.status == 0 ? "Could not connect to S3: \(outcome.text)" : outcome.words
        let refusal = AWSError.refusal(words, command: "S3", settings)
        if case .expired = refusal { await session.forgetLogin() }
        return refusal
    }
}
