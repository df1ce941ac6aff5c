import RepriseDispatch
import RepriseModel

/// What was seen of a job that has not ended yet.
struct KubernetesSight: Sendable {
    /// When it was first looked at.
    var since: ContinuousClock.Instant
    var submission: KubernetesJobFiles.Submission?
    /// The pod that executes it.
    var claim: String?
    var claimSeen: ContinuousClock.Instant?
    var start: Timestamp?
    /// Since when only one of the job and the cluster says that it has ended.
    var doubtSince: ContinuousClock.Instant?
    /// Since when its pod is to end.
    var deletedSeen: ContinuousClock.Instant?
    /// Since when it has ended, while what keeps its files has not begun.
    var unkeptSince: ContinuousClock.Instant?
    var obstacle: KubernetesObstacle?
    var obstacleSince: ContinuousClock.Instant?
    /// Why it was given up before it began.
    var verdict: String?
    var isTakenBack = false
    /// Whether the cluster still has its secrets.
    var hasSecrets = true

    /// Takes in what its files tell.
    mutating func look(at job: Job, _ files: KubernetesJobFiles, _ now: ContinuousClock.Instant) {
        if claim == nil, let found = files.claim(of: job) {
            claim = found
            claimSeen = now
        }
        if claim != nil, start == nil { start = files.start(of: job) }
    }

    /// Takes in what keeps it from beginning, and gives it up where that has lasted too long.
    mutating func face(_ obstacle: KubernetesObstacle?, _ now: ContinuousClock.Instant) {
        var obstacle = obstacle
        // The first words about an image say more than the later ones.
        if let before = self.obstacle, obstacle?.words.contains("Back-off") == true { obstacle?.words = before.words }
        let isSame = obstacle != nil && obstacle?.patience == self.obstacle?.patience
        self.obstacle = obstacle
        if !isSame { obstacleSince = now }
        if let obstacle, let patience = obstacle.patience, let since = obstacleSince, now - since >= patience {
            verdict = obstacle.words
        }
    }
}
