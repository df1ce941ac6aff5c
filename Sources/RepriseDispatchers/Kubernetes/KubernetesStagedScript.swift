import OrderedCollections
import RepriseDispatch
import RepriseModel
import RepriseSystem

/// What travels into a pod.
struct KubernetesCargo: Hashable, Sendable {
    /// The names of the ConfigMaps that hold it, in pieces.
    var maps: [String]
    /// The job's folder below the run's; empty for the run's own.
    var folder: String
    var hasCode: Bool
    var data: [Item] = []

    /// A data item: its name, and where its pieces are.
    struct Item: Hashable, Sendable {
        var name: String
        var content: String
        var isFolder: Bool
    }
}

/// What the containers of a pod execute whose files are carried.
///
/// They share a folder that goes away with the pod. The one unpacks what came, executes the job and ends with it; the other
/// keeps what the job left until it was fetched, however the job ended, for as long as the target's `keep`.
enum KubernetesStagedScript {
    static let root = "/reprise/files"
    static let run = root + "/run"
    static let cargoFolder = "/reprise/cargo"
    static let place = KubernetesManifest.Volume("files", "emptyDir", [:], at: root)

    /// The job's folder in the pod.
    static func folder(_ below: String) -> String { below.isEmpty ? run : run + "/" + below }

    // MARK: The job

    static func main(_ cargo: KubernetesCargo, time: Int64?, hasSecrets: Bool) -> String {
        let head = """
            files=\(root) run=\(run) job=\(shellQuoted(folder(cargo.folder)))
            mkdir -p "$job" || exit 126
            \(hasCodeLine(cargo))
            parcel=$files/parcel
            cat \(cargoFolder)/parcel.* > "$parcel" || exit 126
            """
        return
            ([head] + cargo.data.map(data) + [
                StagingScript.unpack, #"rm -f "$code" "$parcel""#, beat, #"cd -- "$job" || exit 126"#,
                KubernetesScript.body(time: time, hasSecrets: hasSecrets),
            ])
            .joined(separator: "\n") + "\n"
    }

    private static func hasCodeLine(_ cargo: KubernetesCargo) -> String {
        cargo.hasCode ? "code=$files/code\ncat \(cargoFolder)/code.* > \"$code\" || exit 126" : "code="
    }

    /// A file is the only one of its archive.
    private static func data(_ item: KubernetesCargo.Item) -> String {
        let place = #""$run/data/"\#(shellQuoted(item.name))"#
        let pieces = "\(cargoFolder)/\(item.content).*"
        if item.isFolder { return "mkdir -p \(place) && cat \(pieces) | tar -xzopf - -C \(place) || exit 126" }
        return """
            mkdir -p "$files/one" "$run/data" && cat \(pieces) | tar -xzopf - -C "$files/one" || exit 126
            find "$files/one" -type f -exec mv {} \(place) \\; && rm -rf "$files/one" || exit 126
            """
    }

    /// Tells the keeper that the job's container lives.
    private static let beat = """
        (
            turn=0
            while turn=$((turn + 1)) && echo "$turn" > "$files/beat"; do sleep 5; done
        ) > /dev/null 2>&1 &
        """

    // MARK: The keeper

    /// Goes when it is told to (TERM) and everything has been given away; else stays for a while, for somebody who may be
    /// about to ask.
    static func keeper(keep: Int64) -> String {
        """
        trap 'leaving=yes' TERM
        leaving= last= still=0 idle=0 left=0
        while :; do
            sleep 1
            turn=
            [ ! -r \(root)/beat ] || read -r turn < \(root)/beat
            if [ "$turn" = "$last" ]; then still=$((still + 1)); else last=$turn still=0 idle=0; fi
            [ "$still" -lt 30 ] || idle=$((idle + 1))
            [ "$idle" -lt \(max(1, keep / 1000)) ] || exit 0
            [ -n "$leaving" ] || continue
            left=$((left + 1))
            [ "$left" -lt 2 ] || [ ! -e \(given) ] || exit 0
            [ "$left" -lt 25 ] || exit 0
        done

        """
    }

    /// There when what the job left has been given away, and was all of it.
    private static let given = root + "/given"

    // MARK: Bringing back

    /// The files of a running job that are followed, and how much of each is here.
    static let followed = ["stdout.log", "stderr.log", "metrics.jsonl", "started"]

    /// Told as an empty piece when the job's script has written down its end.
    static let end = "end"

    /// Prints what is new of them: for each a line with name and size, and then that many bytes.
    static func news(folder: String, lengths: [String: Int64], most: Int64) -> String {
        let lines = followed.map { "give \($0) \(lengths[$0] ?? 0)" }.joined(separator: "\n")
        return """
            cd -- \(shellQuoted(folder)) 2> /dev/null || exit 0
            give() {
                [ -f "$1" ] || return 0
                size=$(($(wc -c < "$1") - $2))
                [ "$size" -gt 0 ] || return 0
                [ "$size" -le \(most) ] || size=\(most)
                echo "$1 $size"
                tail -c "+$(($2 + 1))" "$1" | head -c "$size"
            }
            \(lines)
            [ ! -e \(ExitFile.name) ] || echo "\(end) 0"
            """
    }

    /// Writes what the job left to standard output. `isOver` tells that nothing can be added to it any more; else the job's
    /// own record tells.
    static func leavings(below: String, isOver: Bool) -> String {
        """
        run=\(run) job=\(shellQuoted(folder(below))) over=\(isOver ? "yes" : "")
        [ ! -e "$job/\(ExitFile.name)" ] || over=yes
        \(StagingScript.leavings)
        status=$?
        [ -z "$over" ] || : > \(given)
        exit "$status"

        """
    }

    /// What `news` printed; a piece that is cut off is left out.
    static func pieces(_ bytes: [UInt8]) -> [(name: String, content: [UInt8])] {
        var pieces: [(name: String, content: [UInt8])] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            let words = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
            guard words.count == 2, followed.contains(String(words[0])) || words[0] == Self.end,
                let size = Int(words[1]),
                size >= 0
            else {
                break
            }
            rest = rest[(end + 1)...]
            guard rest.count >= size else { break }
            pieces.append((String(words[0]), Array(rest.prefix(size))))
            rest = rest.dropFirst(size)
        }
        return pieces
    }
}
