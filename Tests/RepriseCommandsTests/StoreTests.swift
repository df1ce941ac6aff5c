import Foundation
import Reprise
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseCommands

/// Commands against a real store, with runs that cost nothing.
@Suite struct `Commands` {
    private let experiment = """
        name: count
        parameters: {rounds: 3}
        seed: 7
        command: |
          i=0
          while [ $i -lt {{ rounds }} ]; do
            i=$((i + 1)); echo "round $i"
            echo "{\\"step\\": $i, \\"square\\": $((i * i))}" >> "$REPRISE_METRICS"
          done
          [ {{ rounds }} -lt 9 ] || { echo "too many" >&2; exit 3; }
          echo "$i" > result.txt
        outputs: [result.txt]

        """

    @Test func `run, list, show, compare, verify and export what there is`() async throws {
        try await inFolder { folder in
            let run = await reprise("run", "count.exp.yaml", "rounds=3,4", in: folder)
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.split(separator: "\n").count == 3, "heads and two runs")
            let list = try Value(json: await reprise("list", "--json", in: folder).output)
            #expect(list.listValue?.count == 2)
            #expect(list.listValue?.first?[path: "state"] == "finished")
            let show = await reprise("show", "@last", in: folder)
            #expect(show.output.contains("rounds") && show.output.contains("square") && show.status == 0)
            #expect(await reprise("logs", "@last", "--tail", "1", in: folder).output == "round 4\n")
            let ids = (list.listValue ?? []).compactMap { $0[path: "id"]?.stringValue }
            let compared = await reprise("compare", ids[0], ids[1], "--no-curves", in: folder)
            #expect(compared.status == 1 && compared.output.contains("rounds"))
            let verified = await reprise("verify", "@last", in: folder)
            #expect(verified.status == 0 && verified.output.hasPrefix("same"), "\(verified)")
            let csv = await reprise("export", "@last", in: folder).output
            #expect(csv.hasPrefix("id,name,"))
            let page = await reprise("plot", "@last", "-o", "page.html", in: folder)
            #expect(page.status == 0, "\(page.errors)")
            let text = try LiveFileSystem().text(folder + "/page.html")
            #expect(text.hasPrefix("<!doctype html>"))
        }
    }

    @Test func `end a failed run with its own status and its last words`() async throws {
        try await inFolder { folder in
            let run = await reprise("run", "count.exp.yaml", "rounds=9", in: folder)
            #expect(run.status == 3)
            #expect(run.errors.contains("too many"))
            let object = await reprise("run", "count.exp.yaml", "rounds=9", "--json", in: folder)
            #expect(object.status == 3)
            let events = try object.output.split(separator: "\n").map { try Value(json: String($0))[path: "event"] }
            #expect(events.first == .some("queued") && events.last == .some("ended"))
        }
    }

    @Test func `run nothing in a dry run`() async throws {
        try await inFolder { folder in
            let dry = await reprise("run", "count.exp.yaml", "rounds=1,2", "--dry-run", in: folder)
            #expect(dry.status == 0 && dry.output.contains("rounds") && dry.output.contains("command line"))
            let hasStore = try LiveFileSystem().exists(folder + "/.reprise")
            #expect(!hasStore)
        }
    }

    @Test func `delete, list as deleted, and restore`() async throws {
        try await inFolder { folder in
            _ = await reprise("run", "count.exp.yaml", "--name", "short", in: folder)
            #expect(await reprise("delete", "short", in: folder).status == 0)
            #expect(await reprise("list", "--json", in: folder).output == "[]\n")
            let deleted = try Value(json: await reprise("list", "--deleted", "--json", in: folder).output)
            let id = try #require(deleted.listValue?.first?[path: "id"]?.stringValue)
            #expect(await reprise("restore", String(id.prefix(8)), in: folder).status == 0)
            #expect(await reprise("restore", "short", in: folder).status == 2, "it is deleted no more")
            #expect(await reprise("list", in: folder).output.contains("short"))
        }
    }

    private func inFolder(_ body: (String) async throws -> Void) async throws {
        var entropy = EntropyGenerator(LiveEntropy())
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "reprise-commands-\(RunID(using: &entropy).short)").path
        let files = LiveFileSystem()
        try files.makeFolder(folder)
        try files.write(experiment, to: folder + "/count.exp.yaml")
        do {
            try await body(folder)
        } catch {
            try files.remove(folder)
            throw error
        }
        try files.remove(folder)
    }
}
