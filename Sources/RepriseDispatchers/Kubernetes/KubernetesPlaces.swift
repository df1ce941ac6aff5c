import RepriseDispatch
import RepriseModel
import RepriseSystem

/// The places that jobs of a target are in, each with what watches them there.
///
/// A target that names no context or no namespace leads to the current ones, which a person may change at any moment: its
/// jobs stay where they were handed over. So one place is all that most targets ever have.
actor KubernetesPlaces {
    /// Rung when it may be told soon how a job stands.
    nonisolated let bell = KubernetesBell()
    private let make: @Sendable (KubernetesPlace?) -> KubernetesWatch
    private let files: KubernetesJobFiles
    private var watches: [KubernetesPlace?: KubernetesWatch] = [:]
    private var known: [JobKey: KubernetesPlace?] = [:]
    private var here: KubernetesPlace?

    init(
        _ settings: KubernetesSettings,
        files: any FileSystem,
        processes: any ProcessRunner,
        wallClock: any WallClock,
        interval: Duration
    ) {
        self.files = KubernetesJobFiles(files: files)
        make = { [bell] place in
            let settings = place.map { settings.pinned(to: $0) } ?? settings
            return KubernetesWatch(
                KubernetesCommands(settings, processes: processes),
                files: files,
                wallClock: wallClock,
                interval: interval,
                bell: bell
            )
        }
    }

    /// Where jobs are handed over: all of this dispatcher's in one place, whatever becomes the current one meanwhile. nil where
    /// `kubectl` names none, such as in a pod.
    func current() async -> KubernetesPlace? {
        if let here { return here }
        let place = try? await watch(at: nil).commands.currentPlace()
        guard let place, !place.context.isEmpty else { return nil }
        here = here ?? place
        return here
    }

    /// nil: wherever `kubectl` leads at each moment.
    func watch(at place: KubernetesPlace?) -> KubernetesWatch {
        if let watch = watches[place] { return watch }
        let watch = make(place)
        watches[place] = watch
        return watch
    }

    func watch(of job: Job) -> KubernetesWatch {
        if let place = known[job.key] { return watch(at: place) }
        let place = files.submission(of: job)?.place
        known[job.key] = .some(place)
        return watch(at: place)
    }

    /// The jobs of each place.
    func divided(_ jobs: [Job: JobHandle]) -> [(watch: KubernetesWatch, jobs: [Job: JobHandle])] {
        Dictionary(grouping: jobs) { ObjectIdentifier(watch(of: $0.key)) }.values
            .map { (watch(of: $0[0].key), Dictionary(uniqueKeysWithValues: $0.map { ($0.key, $0.value) })) }
    }

    func forget(_ jobs: some Sequence<JobKey>) { for key in jobs { known[key] = nil } }

    /// Rings more often than anybody looks of himself, as long as there are jobs that began, or were handed over, a moment ago.
    func ringForTheYoung() async {
        let slowest = Duration.milliseconds(400)
        let clock = ContinuousClock()
        while !Task.isCancelled {
            var pause = slowest
            for watch in watches.values {
                let (latest, lookTime) = await watch.youth
                let age = latest.map { clock.now - $0 } ?? slowest * 8
                pause = min(pause, max(.milliseconds(50), age / 8, lookTime * 5))
            }
            do { try await clock.sleep(for: pause) } catch { return }
            if pause < slowest { bell.ring() }
        }
    }
}
