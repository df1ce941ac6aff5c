import RepriseModel
import RepriseStore
import RepriseSystem

extension Laboratory {
    /// Starts a process that supervises what is open in the store, so that nobody needs to wait for it.
    ///
    /// One that finds another supervisor at work ends at once, so that calling this twice does no harm.
    public func startBackgroundSupervisor(settings: [String] = []) throws {
        let root = try store().folder.root
        guard let program = world.executable else {
            throw Mistake(
                "nothing can supervise in the background here",
                why: "the library alone has no program to start",
                fix: "run `reprise wait --all` where the store is, or iterate over `supervise`",
                code: "no-background"
            )
        }
        let options = settings.flatMap { ["--set", $0] }
        try startInBackground(
            program,
            ["supervise", "--store", root] + options,
            variables: world.variables,
            log: root + "/supervisor.log"
        )
    }

    /// Starts a process that sends what waits for trackers that answer. Where none can be started it waits for the next
    /// supervisor, server or `reprise tracker send`.
    func startBackgroundDelivery(_ store: Store, _ settings: [String]) {
        guard let program = world.executable else { return }
        let root = store.folder.root
        let options = settings.flatMap { ["--set", $0] }
        // The runs have ended as they have, whether or not this works.
        try? startInBackground(
            program,
            ["tracker", "send", "--quiet", "--store", root] + options,
            variables: world.variables,
            log: root + "/supervisor.log"
        )
    }
}
