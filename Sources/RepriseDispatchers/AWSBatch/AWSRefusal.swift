/// What the words of `aws`, or of the service of objects, mean.
extension AWSError {
    static func refusal(_ words: String, command: String, _ settings: BatchSettings) -> AWSError {
        let words = words.split(whereSeparator: \.isNewline).last.map(String.init) ?? words
        return login(words) ?? place(words, settings) ?? rights(words) ?? weather(words) ?? request(words)
            ?? .other(command: command, words: words)
    }

    private static func says(_ words: String, _ parts: String...) -> Bool { parts.contains { words.contains($0) } }

    private static func login(_ words: String) -> AWSError? {
        let loggedOut = [
            "Unable to locate credentials", "NoCredentials", "Partial credentials", "Error loading SSO Token",
            "Error when retrieving credentials",
        ]
        if loggedOut.contains(where: words.contains) { return .noCredentials(words: words) }
        if says(words, "config profile", "ProfileNotFound", "source_profile") { return .noProfile(words: words) }
        let expired = [
            "ExpiredToken", "RequestExpired", "request is expired", "Token has expired", "SSO session",
            "are still expired",
        ]
        if expired.contains(where: words.contains) { return .expired(words: words) }
        return says(words, "RequestTimeTooSkewed", "Signature not yet current", "Signature expired")
            ? .clock(words: words) : nil
    }

    private static func place(_ words: String, _ settings: BatchSettings) -> AWSError? {
        if says(words, "must specify a region", "NoRegion") { return .noRegion }
        if says(words, "NoSuchBucket") { return .noBucket(settings.bucket?.name ?? "", words: words) }
        if says(words, "Job definition", "Job Definition", "JobDefinition", "job definition") {
            let isGone = says(words, "not exist", "not found", "not active", "not in ACTIVE", "INACTIVE", "not valid")
            return isGone ? .noDefinition(settings.definition ?? "of the image") : nil
        }
        guard says(words, "Job queue", "Job Queue", "JobQueue", "jobQueue") else { return nil }
        let name = settings.queue ?? ""
        if says(words, "does not exist", "not found", "not valid") { return .noQueue(name, words: words) }
        return says(words, "DISABLED", "not in ENABLED", "INVALID") ? .queueClosed(name, words: words) : nil
    }

    private static func rights(_ words: String) -> AWSError? {
        says(
            words,
            "AccessDenied",
            "UnauthorizedOperation",
            "not authorized",
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "AuthFailure",
            "InvalidSignatureException"
        ) ? .denied(words: words) : nil
    }

    /// What passes by itself.
    private static func weather(_ words: String) -> AWSError? {
        if says(
            words,
            "Could not connect",
            "onnect timeout",
            "ead timeout",
            "Connection was closed",
            "Failed to connect",
            "Could not resolve",
            "Name or service not known",
            "timed out",
            "Connection reset",
            "Empty reply"
        ) {
            return .unreachable(words: words)
        }
        return says(
            words,
            "TooManyRequests",
            "Throttling",
            "SlowDown",
            "ServiceUnavailable",
            "InternalError",
            "ServerException",
            "(50"
        ) ? .busy(words: words) : nil
    }

    private static func request(_ words: String) -> AWSError? {
        says(words, "ClientException", "Parameter validation", "Unknown options", "Invalid choice", "Error parsing")
            ? .invalid(words: words) : nil
    }
}
