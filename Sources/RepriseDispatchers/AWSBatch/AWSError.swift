import RepriseModel

/// What Amazon's services refuse, in words for a person. `words` are their own.
package enum AWSError: RepriseError, Hashable {
    case missing(program: String)
    case noCredentials(words: String)
    case expired(words: String)
    case denied(words: String)
    case noProfile(words: String)
    case noRegion
    case noQueue(String, words: String)
    case queueClosed(String, words: String)
    case noBucket(String, words: String)
    case noDefinition(String)
    case unreachable(words: String)
    case busy(words: String)
    case clock(words: String)
    case invalid(words: String)
    case noImage(job: String)
    case secretsTooLong(job: String, bytes: Int)
    case tooLarge(path: String, bytes: Int64)
    case other(command: String, words: String)
}

extension AWSError {
    /// The service has taken nothing, and will not take it later.
    var isCertain: Bool {
        switch self {
        case .unreachable, .busy, .other: false
        default: true
        }
    }
}

extension AWSError {
    package var what: String {
        switch self {
        case .missing(let program): "cannot find `\(program)` on this machine"
        case .noCredentials: "nobody is logged in to AWS here"
        case .expired: "the login to AWS has expired"
        case .denied: "AWS does not let this user do that"
        case .noProfile: "`aws` has no such profile"
        case .noRegion: "no region of AWS is named"
        case .noQueue(let name, _): "AWS Batch has no job queue `\(name)` in this region"
        case .queueClosed(let name, _): "the job queue `\(name)` takes no jobs now"
        case .noBucket(let name, _): "there is no bucket `\(name)`"
        case .noDefinition(let name): "AWS Batch has no active job definition `\(name)` in this region"
        case .unreachable: "AWS does not answer"
        case .busy: "AWS takes no more requests now"
        case .clock: "this machine's clock is not that of AWS"
        case .invalid: "AWS does not take the request"
        case .noImage(let job): "\(job) names no image, and every job of AWS Batch is executed in one"
        case .secretsTooLong(let job, let bytes):
            "the credentials of \(job) have \(bytes) bytes, and AWS Batch hands over about 2500"
        case .tooLarge(let path, let bytes):
            "`\(path)` has \(Quantities.text(bytes: bytes)), and S3 takes 5 GiB in one piece"
        case .other(let command, _): "`\(command)` failed"
        }
    }

    package var why: String? {
        switch self {
        case .missing, .noRegion, .noDefinition, .noImage, .secretsTooLong, .tooLarge: nil
        case .noCredentials(let words), .expired(let words), .denied(let words), .noProfile(let words),
            .noQueue(_, let words), .queueClosed(_, let words), .noBucket(_, let words), .unreachable(let words),
            .busy(let words), .clock(let words), .invalid(let words), .other(_, let words):
            words.isEmpty ? nil : words
        }
    }

    package var fix: String? {
        switch self {
        case .missing(let program):
            "install it (`apt-get install \(program == "aws" ? "awscli" : program)`), or put its folder into PATH"
        case .noCredentials: "`aws configure`, `aws sso login`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        case .expired: "log in again, such as by `aws sso login`; jobs that run go on"
        case .denied:
            "`aws sts get-caller-identity` tells who one is; docs/aws-batch.md lists the rights that are needed"
        case .noProfile:
            "`aws configure list-profiles` lists them; the target's `options` names one as `--profile=NAME`"
        case .noRegion: "set the target's `region`, or AWS_REGION"
        case .noQueue: "`aws batch describe-job-queues` lists them; the target's `queue` names one, its `region` where"
        case .queueClosed: "`aws batch describe-job-queues` tells its state; name another `queue`, or enable it"
        case .noBucket: "make it (`aws s3 mb`), or name another in the target's `workspace`"
        case .noDefinition: "the target's `job-definition` names one"
        case .unreachable: "jobs that run go on; check the network, and the target's `region` and `endpoint`"
        case .busy: "it is tried again"
        case .clock: "set this machine's clock"
        case .invalid: "correct what the target says, or the experiment's `resources`"
        case .noImage: "name an image in the experiment's `environment`, or the target's `image`"
        case .secretsTooLong: "give the job a role (`job-role`) that may read them, such as from Secrets Manager"
        case .tooLarge: "split it, or put it into the image"
        case .other: nil
        }
    }

    package var code: String {
        switch self {
        case .missing: "aws-missing"
        case .noCredentials: "aws-no-credentials"
        case .expired: "aws-expired"
        case .denied: "aws-denied"
        case .noProfile: "aws-no-profile"
        case .noRegion: "aws-no-region"
        case .noQueue: "aws-no-queue"
        case .queueClosed: "aws-queue-closed"
        case .noBucket: "aws-no-bucket"
        case .noDefinition: "aws-no-definition"
        case .unreachable: "aws-unreachable"
        case .busy: "aws-busy"
        case .clock: "aws-clock"
        case .invalid: "aws-invalid"
        case .noImage: "aws-no-image"
        case .secretsTooLong: "aws-secrets-too-long"
        case .tooLarge: "aws-too-large"
        case .other: "aws-error"
        }
    }

    package var fault: Fault {
        switch self {
        case .unreachable, .busy, .other, .expired, .queueClosed: .world
        default: .usage
        }
    }
}
