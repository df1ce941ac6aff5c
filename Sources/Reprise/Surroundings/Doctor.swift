import RepriseModel
import RepriseSite
import RepriseStore
import RepriseSystem

/// One thing that `doctor` looked at.
public struct DoctorFinding: Hashable, Sendable {
    /// How it stands.
    public enum State: String, Hashable, Sendable { case ok, warning, problem }

    public var name: String
    public var state: State
    public var text: String
    public var fix: String?
}

extension Laboratory {
    /// Looks at everything that Reprise needs here. Nothing is changed; never throws for what it finds.
    public func doctor() async -> [DoctorFinding] {
        let machine = [await git(), program("sh", for: "runs jobs"), storeHealth(), room(), settingsHealth()]
        return machine + (await engineHealth()) + (await targetHealth()) + trackerHealth()
    }

    private func git() async -> DoctorFinding {
        do {
            let result = try await world.processes.succeed(Invocation("git", ["--version"]))
            let version = result.text.split(separator: " ").dropFirst(2).first.map(String.init) ?? result.text
            return DoctorFinding(name: "git", state: .ok, text: version.trimmed)
        } catch {
            return problem("git", error, fix: "install git: snapshots keep code in a repository")
        }
    }

    private func program(_ name: String, for use: String) -> DoctorFinding {
        guard let path = world.program(name) else {
            return DoctorFinding(name: name, state: .problem, text: "not found, and it \(use)", fix: "put it into PATH")
        }
        return DoctorFinding(name: name, state: .ok, text: path)
    }

    private func storeHealth() -> DoctorFinding {
        do {
            guard let place = try storeFolder(near: folder) else {
                return DoctorFinding(
                    name: "store",
                    state: .ok,
                    text: "none from `\(folder)` upwards; the first `reprise run` makes one"
                )
            }
            let damage = try store().damage()
            guard damage.isEmpty else {
                let text = damage.prefix(3).joined(separator: "; ")
                return DoctorFinding(name: "store", state: .problem, text: "\(place): \(text)")
            }
            let runs = try store().count(matching: RunFilter(deleted: .included))
            return DoctorFinding(name: "store", state: .ok, text: "\(place), \(runs) \(runs == 1 ? "run" : "runs")")
        } catch {
            return problem("store", error)
        }
    }

    private func room() -> DoctorFinding {
        do {
            let free = try world.files.freeSpace(storeFolder(near: folder) ?? folder)
            let isLittle = free < 1 << 30
            return DoctorFinding(
                name: "disk",
                state: isLittle ? .warning : .ok,
                text: "\(Quantities.text(bytes: free)) free",
                fix: isLittle ? "`reprise gc` frees what no kept run needs" : nil
            )
        } catch {
            return problem("disk", error)
        }
    }

    private func settingsHealth() -> DoctorFinding {
        do {
            let site = try site()
            guard let first = site.warnings.first else {
                return DoctorFinding(
                    name: "settings",
                    state: .ok,
                    text: site.targets.count == 1 ? "1 target" : "\(site.targets.count) targets"
                )
            }
            return DoctorFinding(name: "settings", state: .warning, text: first.what, fix: first.fix)
        } catch {
            return problem("settings", error)
        }
    }

    private func targetHealth() async -> [DoctorFinding] {
        guard let targets = try? await targets() else { return [] }
        return targets.map { target in
            guard let first = target.problems.first else {
                let offers = target.offers.joined(separator: ", ")
                return DoctorFinding(name: "target \(target.name)", state: .ok, text: offers)
            }
            let state: DoctorFinding.State = target.isDefault ? .problem : .warning
            return DoctorFinding(name: "target \(target.name)", state: state, text: first.what, fix: first.fix)
        }
    }

    private func problem(_ name: String, _ error: any Error, fix: String? = nil) -> DoctorFinding {
        let known = error as? any RepriseError
        return DoctorFinding(
            name: name,
            state: .problem,
            text: [known?.what ?? "\(error)", known?.why].compactMap { $0 }.joined(separator: ": "),
            fix: known?.fix ?? fix
        )
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
