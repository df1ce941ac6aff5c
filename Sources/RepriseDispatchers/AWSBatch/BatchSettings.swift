import RepriseModel
import RepriseSite

/// What a site file says of a queue of AWS Batch.
package struct BatchSettings: Hashable, Sendable {
    package var target: String
    package var queue: String?
    /// `s3://bucket/prefix`
    package var workspace: String?
    package var region: String?
    /// The image for jobs that name none.
    package var image: String?
    package var jobRole: String?
    package var executionRole: String?
    /// The job definition whose properties jobs have beside what Reprise decides.
    package var definition: String?
    /// Where the services answer, if not at Amazon's own addresses.
    package var endpoint: String?
    /// More words for every `aws`, such as `--profile=lab`.
    package var options: [String]

    package init(
        target: String = "aws",
        queue: String?,
        workspace: String?,
        region: String? = nil,
        image: String? = nil,
        endpoint: String? = nil,
        options: [String] = []
    ) {
        self.target = target
        self.queue = queue
        self.workspace = workspace
        self.region = region
        self.image = image
        self.endpoint = endpoint
        self.options = options
    }

    init(_ target: TargetSettings, variables: [String: String]) {
        func variable(_ name: String) -> String? { variables[name].flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            target: target.name,
            queue: target.text("queue"),
            workspace: target.text("workspace"),
            region: target.text("region") ?? variable("AWS_REGION") ?? variable("AWS_DEFAULT_REGION"),
            image: target.image,
            endpoint: target.text("endpoint") ?? variable("AWS_ENDPOINT_URL"),
            options: target.options
        )
        jobRole = target.text("job-role")
        executionRole = target.text("execution-role")
        definition = target.text("job-definition")
    }

    /// Bucket and prefix; nil for a workspace that is not there, or is none.
    var bucket: (name: String, prefix: String)? {
        guard let workspace, workspace.hasPrefix("s3://") else { return nil }
        let parts = workspace.dropFirst(5).split(separator: "/").map(String.init)
        guard let name = parts.first, Self.isBucket(name) else { return nil }
        return (name, parts.dropFirst().joined(separator: "/"))
    }

    private static func isBucket(_ name: String) -> Bool {
        (3...63).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
                    UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }

    /// What the site says that cannot be.
    package var conflict: Mistake? {
        func mistake(_ what: String, _ fix: String) -> Mistake { Mistake(what, fix: fix, code: "wrong-target") }
        let row = "targets.\(target)"
        if queue == nil {
            return mistake("the target `\(target)` names no job queue", "add `\(row).queue` to a site file")
        }
        guard let workspace else {
            return mistake(
                "the target `\(target)` names no bucket to stage files in",
                "add `\(row).workspace: s3://BUCKET/PREFIX` to a site file"
            )
        }
        if bucket == nil {
            return mistake(
                "`\(workspace)` is no place in a bucket, for the target `\(target)`",
                "write `\(row).workspace` as `s3://BUCKET/PREFIX`; names of buckets have 3 to 63 characters"
            )
        }
        if let option = options.first(where: {
            !$0.hasPrefix("--") || Self.reserved.contains(String($0.prefix { $0 != "=" }))
        }) {
            return mistake(
                "`\(option)` among the options of target `\(target)` is for Reprise to decide, or no long option",
                "take it away; options are written as `--name=value`, such as `--profile=lab`"
            )
        }
        if let endpoint, !endpoint.hasPrefix("http://"), !endpoint.hasPrefix("https://") {
            return mistake(
                "`\(endpoint)` is no address, for the target `\(target)`",
                "`\(row).endpoint` begins with `https://`"
            )
        }
        return nil
    }

    private static let reserved: Set<String> = [
        "--output", "--query", "--region", "--endpoint-url", "--cli-input-json", "--cli-input-yaml",
        "--generate-cli-skeleton", "--debug", "--version", "--no-sign-request",
    ]
}
