import RepriseStore

/// Brings what waits in a store to the trackers that its site names at the time: a supervisor may live longer than what the
/// site's files said when it began, and than the trackers that the store knew then.
struct SiteDeliveries: Sendable {
    private struct Standing: Equatable {
        var reading: Int
        var trackers: [Int64]
    }

    let laboratory: Laboratory
    let site: SupervisedSite

    /// To the trackers of this moment.
    func now() throws -> Deliveries {
        try Deliveries(laboratory.siteTrackers(site.site), site.store, world: laboratory.world)
    }

    /// Sends until the task is cancelled. Never throws: what goes wrong is written down with the delivery.
    func run() async {
        while !Task.isCancelled {
            let standing = standing()
            await withTaskGroup(of: Void.self) { group in
                // What cannot be made of the site now may be made of what it says next.
                if let deliveries = try? now(), !deliveries.isEmpty { group.addTask { await deliveries.run() } }
                group.addTask { await waitForOther(than: standing) }
                _ = await group.next()
                group.cancelAll()
            }
        }
    }

    private func standing() -> Standing {
        Standing(reading: site.reading, trackers: ((try? site.store.trackers()) ?? []).map(\.number))
    }

    private func waitForOther(than former: Standing) async {
        while standing() == former {
            do { try await ContinuousClock().sleep(for: .seconds(1)) } catch { return }
        }
    }
}
