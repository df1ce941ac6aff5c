import RepriseModel
import RepriseStore
import RepriseSystem

/// A store's folder that a person named, by `--store` or by the environment.
struct ChosenStore: Sendable {
    /// As it was given.
    var path: String
    var source: Source

    enum Source: String, Sendable {
        case option = "--store"
        case variable = "REPRISE_HOME"
    }

    /// Throws where no store is in `place`, which is the path made absolute.
    func expectStore(in place: String, _ files: any FileSystem) throws {
        try expectNoFile(at: place, files)
        guard try !files.exists(StoreFolder(place).database) else { return }
        throw Mistake(
            "there is no store in `\(path)`",
            why: "`\(source.rawValue)` names it",
            fix: try nearStore(to: place, files).map { "did you mean `\($0)`?" }
                ?? "correct it, or leave it out to have the `.reprise` that is found from here upwards",
            code: "store-missing"
        )
    }

    /// Throws where something lies that is no folder, so that no store can be there.
    func expectNoFile(at place: String, _ files: any FileSystem) throws {
        guard let kind = try files.status(files.pathWithoutLinks(place))?.kind, kind != .folder else { return }
        throw Mistake(
            "`\(path)` is not a folder",
            why: "`\(source.rawValue)` names it as the folder of a store",
            fix: "name a store's own folder, such as `.reprise`",
            code: "not-a-folder"
        )
    }

    private func nearStore(to place: String, _ files: any FileSystem) throws -> String? {
        if try files.exists(StoreFolder(place + "/.reprise").database) { return path + "/.reprise" }
        let above = RepriseSystem.folder(of: place)
        let own = lastName(of: place)
        guard path.hasSuffix(own), let names = try? files.names(in: above) else { return nil }
        let stores = names.filter { (try? files.exists(StoreFolder("\(above)/\($0)").database)) == true }
        return nearestName(to: own, among: stores).map { path.dropLast(own.count) + $0 }
    }
}
