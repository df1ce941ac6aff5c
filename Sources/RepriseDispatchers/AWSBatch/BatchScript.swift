import RepriseModel
import RepriseSystem

/// What a job's container fetches first and executes: brings everything there, keeps the limits, and brings back what the
/// job left. Pure: a dry run prints it.
///
/// POSIX sh. Needs `tar`, `gzip`, `find` and one of `curl`, `wget`, `python3` in the image.
enum BatchScript {
    static func text(_ batch: BatchBatch, _ addresses: BatchAddresses) -> String {
        [
            opening(batch, addresses), BatchScriptParts.transfer, entries(batch, addresses), BatchScriptParts.claim,
            staging(batch, addresses), secrets(batch, addresses), BatchScriptParts.begin, limits(batch.resources),
            BatchScriptParts.follow, BatchScriptParts.leavings,
            BatchScriptParts.ending,
        ]
        .filter { !$0.isEmpty }
        .joined(separator: "\n\n") + "\n"
    }

    private static func opening(_ batch: BatchBatch, _ addresses: BatchAddresses) -> String {
        """
        #!/bin/sh
        # Executes \(batch.isArray ? "\(batch.entries.count) jobs" : "a job") of Reprise in AWS Batch. Generated, never changed.
        mark=\(batch.name)
        bucket=\(shellQuoted(addresses.bucket))
        place=\(shellQuoted(addresses.out))
        control=\(shellQuoted(addresses.control))
        fields=\(shellQuoted(addresses.form.map { "\($0.name) \($0.value)" }.joined(separator: "\n")))
        folder=${TMPDIR:-/tmp}/reprise
        body=$folder/body
        """
    }

    /// Which job it is.
    private static func entries(_ batch: BatchBatch, _ addresses: BatchAddresses) -> String {
        func setting(_ index: Int) -> String {
            let entry = batch.entries[index]
            return """
                REPRISE_JOB=\(shellQuoted(entry.key)) number=\(index)
                run=$folder/run/\(entry.run) below=\(shellQuoted(entry.below))
                parcel=\(shellQuoted(addresses.parcels[index]))
                claims=\(shellQuoted(addresses.claims[index]))
                """
        }
        guard batch.isArray else { return setting(0) }
        let cases = batch.entries.indices.map { "\($0))\n\(setting($0))\n;;\n" }.joined()
        return """
            # The id of an array's job ends with its number.
            case ${AWS_BATCH_JOB_ID##*:} in
            \(cases)*)
            echo "reprise: there is no job ${AWS_BATCH_JOB_ID-}" >&2
            exit 126
            ;;
            esac
            """
    }

    private static func staging(_ batch: BatchBatch, _ addresses: BatchAddresses) -> String {
        var lines = [
            #"fetch "$parcel" "$folder/parcel" || trouble 'cannot fetch the job'"#, #"parcel=$folder/parcel"#,
        ]
        if let code = addresses.code {
            lines.append(
                "archive=$folder/code\nfetch \(shellQuoted(code)) \"$archive\" || trouble 'cannot fetch the code'"
            )
        } else {
            lines.append("archive=")
        }
        lines.append(BatchScriptParts.unpack)
        for (item, address) in zip(batch.data, addresses.data) {
            let name = shellQuoted(item.name)
            let path = "\"$run/data/\"\(name)"
            if item.isFolder {
                lines.append(
                    "mkdir -p \(path) && fetch \(shellQuoted(address)) \"$folder/data\" && tar -xzf \"$folder/data\" -C \(path) || trouble \(shellQuoted("cannot unpack the data item `\(item.name)`"))"
                )
                lines.append("rm -f \"$folder/data\"")
            } else {
                lines.append(
                    "mkdir -p \"$run/data\" && fetch \(shellQuoted(address)) \(path) || trouble \(shellQuoted("cannot fetch the data item `\(item.name)`"))"
                )
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func secrets(_ batch: BatchBatch, _ addresses: BatchAddresses) -> String {
        guard batch.hasSecrets, let halves = addresses.halves else { return "" }
        return """
            cd -- "$job" || exit 126
            fetch \(shellQuoted(halves)) \(SlurmSecrets.file) || trouble 'cannot fetch the halves of the credentials'
            \(SlurmScriptParts.secrets)
            """
    }

    private static func limits(_ resources: Resources) -> String {
        var parts: [String] = []
        if let time = resources.time { parts.append(BatchScriptParts.limited(time: time)) }
        if let memory = resources.memory { parts.append(BatchScriptParts.limited(memory: memory)) }
        return parts.joined(separator: "\n\n")
    }
}

/// Where a batch's script finds what it fetches and leaves what it sends, signed for a while.
struct BatchAddresses: Hashable, Sendable {
    /// Where forms are sent.
    var bucket: String
    /// The head of the keys of what jobs send.
    var out: String
    var form: [Field]
    /// What the supervisor asks of running jobs.
    var control: String
    /// One for each job.
    var parcels: [String]
    /// The list of those who claimed it; one for each job.
    var claims: [String]
    var code: String?
    /// One for each data item.
    var data: [String] = []
    var halves: String?

    struct Field: Hashable, Sendable {
        var name: String
        var value: String
    }
}
