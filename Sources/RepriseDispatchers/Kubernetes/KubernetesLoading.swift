import OrderedCollections
import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem

/// Puts what travels with jobs into ConfigMaps, in pieces that the cluster takes.
struct KubernetesLoading: Sendable {
    /// Bytes of one piece; a ConfigMap holds a mebibyte.
    static let piece = 900 << 10
    /// Bytes of everything that goes with a job.
    static let most: Int64 = 20 << 20

    let commands: KubernetesCommands
    let files: any FileSystem
    let processes: any ProcessRunner
    /// Where archives are made, on this machine.
    let folder: String

    /// What goes into the cluster before the job does, and what the job is told of it.
    struct Load {
        var cargo: KubernetesCargo
        /// ConfigMaps of this job alone.
        var own: [Value]
    }

    /// A content that several jobs share: the names of its ConfigMaps, and where its bytes lie.
    struct Shared: Hashable {
        /// The name, as a label takes it.
        var name: String
        /// The head of the keys.
        var key: String
        var path: String
        var bytes: Int64
        /// The mark of the store, whose own they are: no other takes them away.
        var store: String

        var maps: [String] { (0..<count).map { "reprise-\(store)-\(name)-\($0)" } }
        var count: Int { max(1, Int((bytes + Int64(KubernetesLoading.piece) - 1) / Int64(KubernetesLoading.piece))) }
    }

    // MARK: Shared content

    /// The contents that a job shares with others; makes archives of its data here, once.
    func shared(by parcel: JobParcel, store: String) async throws -> [Shared] {
        var contents: [Shared] = []
        if let code = parcel.code {
            let bytes = try files.status(code.path)?.bytes ?? 0
            contents.append(
                Shared(name: Self.label(code.name), key: "code", path: code.path, bytes: bytes, store: store)
            )
        }
        for item in parcel.data {
            let path = try await archive(item)
            let bytes = try files.status(path)?.bytes ?? 0
            let name = Self.label(item.content)
            contents.append(Shared(name: name, key: name, path: path, bytes: bytes, store: store))
        }
        let total = contents.reduce(0) { $0 + $1.bytes }
        guard total <= Self.most else {
            let what = parcel.data.isEmpty ? "the code" : "the code with the data"
            throw KubernetesError.tooLarge(what: what, bytes: total, most: Self.most)
        }
        return contents
    }

    /// The 63 letters of a label's value hold no whole digest and more.
    static func label(_ name: String) -> String { String(name.prefix(48)) }

    private func archive(_ item: JobParcel.Data) async throws -> String {
        let path = folder + "/" + item.content + ".tar.gz"
        if try files.exists(path) { return path }
        let place =
            item.isFolder
            ? ["-C", item.path, "."] : ["-C", RepriseSystem.folder(of: item.path), "--", lastName(of: item.path)]
        let draft = path + ".new"
        _ = try await processes.succeed(Invocation("tar", ["-czhf", draft] + place))
        try files.rename(draft, to: path)
        return path
    }

    /// The ConfigMaps among these that the cluster lacks.
    func missing(_ contents: [Shared], store: String) async throws -> [Value] {
        guard !contents.isEmpty else { return [] }
        let selector = "\(KubernetesNames.store)=\(store),\(KubernetesNames.content)"
        let result = try await commands.succeed(["get", "configmaps", "--selector=\(selector)", "--output=name"])
        let there = Set(result.text.split(separator: "\n").map { lastName(of: String($0)) })
        var maps: [Value] = []
        for content in contents {
            for (index, name) in content.maps.enumerated() where !there.contains(name) {
                let bytes = try files.read(content.path, offset: Int64(index * Self.piece), count: Self.piece)
                let labels = [KubernetesNames.store: store, KubernetesNames.content: content.name]
                maps.append(Self.map(name, Self.key(content.key, index), bytes, labels))
            }
        }
        return maps
    }

    // MARK: A job's own

    func load(
        _ parcel: JobParcel,
        of entry: KubernetesManifest.Entry,
        below: String,
        shared: [Shared],
        store: String
    ) throws -> Load {
        let tar: [UInt8]
        do { tar = try Parcels(files: files).tar(parcel, limit: Int(Self.most)) } catch let error as FileError {
            guard case .tooLarge = error.reason else { throw error }
            throw KubernetesError.tooLarge(what: "what goes with the job", bytes: Self.most + 1, most: Self.most)
        }
        let labels = [
            KubernetesNames.store: store, KubernetesNames.run: entry.run, KubernetesNames.job: entry.name,
        ]
        let own = stride(from: 0, to: max(1, tar.count), by: Self.piece).enumerated()
            .map { index, start in
                let name = "\(entry.name)-\(index)"
                return (
                    name,
                    Self.map(
                        name,
                        Self.key("parcel", index),
                        Array(tar[start..<min(start + Self.piece, tar.count)]),
                        labels
                    )
                )
            }
        let data = parcel.data.map {
            KubernetesCargo.Item(name: $0.name, content: Self.label($0.content), isFolder: $0.isFolder)
        }
        let cargo = KubernetesCargo(
            maps: shared.flatMap(\.maps) + own.map(\.0),
            folder: below,
            hasCode: parcel.code != nil,
            data: data
        )
        return Load(cargo: cargo, own: own.map(\.1))
    }

    /// Sorted as the pieces are.
    private static func key(_ head: String, _ index: Int) -> String { "\(head).\(String(1000 + index).dropFirst())" }

    private static func map(_ name: String, _ key: String, _ bytes: [UInt8], _ labels: [String: String]) -> Value {
        var all: Mapping = ["app.kubernetes.io/managed-by": "reprise"]
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) { all[name] = .string(value) }
        return .map([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": .map(["name": .string(name), "labels": .map(all)]),
            "immutable": .bool(true),
            "binaryData": .map([key: .string(base64(bytes))]),
        ])
    }
}
