import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What a job comes after, in a file of its folder: the folder of each job that must have finished well, a line each.
///
/// Slurm keeps the job until then (`--dependency`), but it lifts a dependency on a job that it has forgotten. So the script
/// asks the records of those jobs themselves before it claims its own, and leaves it alone where one did not finish.
enum SlurmNeeds {
    static let file = "slurm.needs"

    /// The script's exit status where a job that it comes after has not finished well.
    static let status = 85

    /// A record may take a while to be seen on another node.
    static let check = """
        cd -- "$folder" || exit 126
        while IFS= read -r need; do
            pause=0
            while [ ! -e "$need/exit.json" ] && [ "$pause" -lt 30 ]; do
                sleep 1
                pause=$((pause + 1))
            done
            record=
            [ ! -r "$need/exit.json" ] || read -r record < "$need/exit.json"
            case $record in
                '{"status":0,'* | '{"status":0}') ;;
                *)
                    echo "not begun: $need did not finish"
                    exit \(status)
                    ;;
            esac
        done < slurm.needs || exit 126
        """
}

/// A job of Slurm's that another one comes after.
struct SlurmNeed: Hashable, Sendable {
    /// The number of the job, or of the array that it belongs to.
    var id: String
    /// Its task in the array; nil for a job that is none.
    var task: Int?
    /// How many tasks the array has, as far as anybody remembers.
    var size: Int?
}

extension SlurmJobFiles {
    /// Says which submission of the job was given back: its name.
    private static let back = "slurm.back"

    func write(needs: [JobNeed], of job: Job) throws(FileError) {
        let path = job.folder + "/" + SlurmNeeds.file
        guard !needs.isEmpty else { return try files.remove(path) }
        try files.write(needs.map { $0.folder + "\n" }.joined(), to: path)
    }

    /// Whether the job was submitted to come after others.
    func isOrdered(_ job: Job) -> Bool { (try? files.exists(job.folder + "/" + SlurmNeeds.file)) == true }

    /// Whether one of the jobs that it comes after ended, and not well.
    func hasFailedNeed(_ job: Job) -> Bool {
        guard let text = try? files.text(job.folder + "/" + SlurmNeeds.file) else { return false }
        return text.split(separator: "\n").contains { ExitFile.read(in: String($0), files)?.isSuccess == false }
    }

    /// What it comes after and what has not finished well yet, under the numbers that Slurm has for them now.
    func openNeeds(of job: Job) -> [SlurmNeed] {
        job.after.compactMap { need in
            if ExitFile.read(in: need.folder, files)?.isSuccess == true { return nil }
            let other = Job(key: job.key, folder: need.folder)
            let submission = submission(of: other)
            let id = claim(of: other)?.id ?? submission?.handle?.description ?? need.handle.description
            let parts = id.split(separator: "_", maxSplits: 1).map(String.init)
            let size = (submission?.index).flatMap { _ in try? files.text((submission?.folder ?? "") + "/size") }
            return SlurmNeed(
                id: parts.first ?? id,
                task: parts.count > 1 ? Int(parts[1]) : nil,
                size: size.flatMap { Int($0.prefix { $0 != "\n" }) }
            )
        }
    }

    // MARK: Given back

    func noteReturn(of job: Job, _ submission: Submission) throws(FileError) {
        try files.write(submission.name + "\n", to: job.folder + "/" + Self.back)
    }

    /// Whether this very submission was given back, so that the job may be submitted anew.
    func isTakenBack(_ job: Job, _ submission: Submission) -> Bool {
        (try? files.text(job.folder + "/" + Self.back)) == submission.name + "\n"
    }

    func isVoid(_ submission: Submission, of job: Job) -> Bool {
        isTakenBack(job, submission) && claim(of: job) == nil
    }

    /// Whether any submission of the job was given back.
    func wasTakenBack(_ job: Job) -> Bool { (try? files.exists(job.folder + "/" + Self.back)) == true }
}
