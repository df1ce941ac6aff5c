import OrderedCollections
import RepriseModel
import RepriseSite
import RepriseSystem
import RepriseTracking

/// Writes event files: `<directory>/<project>/<name>-<beginning of the id>/events.out.tfevents.…`.
///
/// Metrics become scalars, parameters and the end of a run the table of hyperparameters. Tags and outputs have no place
/// there and are left out.
package struct TensorBoardTracker: TrackerKind {
    package static let kind = "tensorboard"

    package let limits = ParcelLimits(points: 20_000, parameters: .max, tags: .max, outputs: .max, outputBytes: .max)
    private let directory: String
    private let world: TrackerWorld

    package static func destination(_ settings: TrackerSettings, in world: TrackerWorld) -> String {
        world.absolute(settings.text("directory") ?? "")
    }

    package init(_ settings: TrackerSettings, in world: TrackerWorld) throws {
        directory = Self.destination(settings, in: world)
        self.world = world
    }

    package func send(_ parcels: [Parcel], memory: Value) async -> TrackerReply { TrackerReply(parcels.map(send)) }

    private func send(_ parcel: Parcel) -> ParcelOutcome {
        let path = parcel.handle?.id ?? file(of: parcel.run)
        let length = parcel.handle?.memory.mapValue?["length"]?.integerValue ?? 0
        let bytes = bytes(of: parcel, isFirst: length == 0)
        if bytes.isEmpty { return ParcelOutcome() }
        if let failure = OwnedFile(path: path, files: world.files).append(bytes, after: length) {
            return ParcelOutcome(failure: failure)
        }
        return ParcelOutcome(handle: RunHandle(id: path, memory: ["length": .integer(length + Int64(bytes.count))]))
    }

    /// Named by the run, so that no other writer can have it.
    private func file(of run: TrackedRun) -> String {
        let folder = "\(directory)/\(fileName(run.project))/\(fileName(run.name))-\(run.id.short)"
        return "\(folder)/events.out.tfevents.\(run.createdAt.milliseconds / 1000).reprise.\(run.id)"
    }

    private func bytes(of parcel: Parcel, isFirst: Bool) -> [UInt8] {
        var bytes = isFirst ? EventEncoding.version(at: parcel.run.startedAt ?? parcel.run.createdAt) : []
        if !parcel.parameters.isEmpty { bytes += EventEncoding.parameters(parcel.parameters, of: parcel.run) }
        for column in parcel.columns { bytes += EventEncoding.scalars(column) }
        if parcel.tellsState, parcel.run.state.isEnded { bytes += EventEncoding.end(of: parcel.run) }
        return bytes
    }

    package func check() async throws -> [String] { [try checkFolder(directory, world.files)] }
}
