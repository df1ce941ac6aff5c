import RepriseModel
import RepriseSystem

extension Apptainer {
    package func build(_ order: BuildOrder, log: @escaping @Sendable (String) -> Void) async throws -> LocalImage {
        try await drafts.with { draft in
            let file = draft + "/image.sif"
            var compression = ApptainerArguments.quickCompression
            var wrapper: [String] = []
            while true {
                let arguments = ApptainerArguments.build(order, to: file, compression: compression)
                let result = try await run(
                    arguments,
                    draft: draft,
                    from: order.context,
                    through: wrapper,
                    variables: ["SOURCE_DATE_EPOCH": String(order.sourceDate)],
                    line: log
                )
                if result.status == 0 { return try folder.takeIn(file, as: nil) }
                if user == 0, wrapper.isEmpty, ApptainerReply.lacksCapabilities(result.errorText) {
                    log("once more in a user namespace: Apptainer asks for capabilities that root does not have here")
                    wrapper = ["unshare", "-r"]
                } else if !compression.isEmpty, ApptainerReply.cannotCompress(result.errorText) {
                    compression = []
                } else {
                    throw error(result, arguments, .build(recipe: order.recipe))
                }
            }
        }
    }

    package func push(
        _ image: LocalImage,
        to reference: RegistryReference,
        login: RegistryLogin?
    ) async throws -> Digest {
        guard let registry else { throw EngineError.unreachable(host: reference.host, words: "nobody may ask it") }
        var reference = reference
        reference.isFile = true
        let sent = reference
        let arguments = ApptainerArguments.push(image.name, to: sent)
        var variables: [String: String?] = [:]
        if let login {
            variables = ["APPTAINER_DOCKER_USERNAME": login.user, "APPTAINER_DOCKER_PASSWORD": login.password]
        }
        let given = variables
        let result = try await drafts.with { try await run(arguments, draft: $0, variables: given) }
        guard result.status == 0 else { throw error(result, arguments, .push(sent)) }
        let there = try await registry(sent, login)
        if let file = there.file, image.id != file {
            // Of an image that was made of layers, the id is not the file's digest.
            let own = try folder.digest(of: image.name)
            guard own == file else {
                throw EngineError.digestMismatch("\(sent)", expected: "sha256:\(own)", found: "sha256:\(file)")
            }
        }
        return there.manifest
    }
}
