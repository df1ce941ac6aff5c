import Foundation
import RepriseModel
import RepriseSystem
import RepriseTracking
import Testing

@Suite final class `Looking for event files` {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "reprise-look-\(UUID().uuidString)")
        .path
    private let files = LiveFileSystem()

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    private func leave(_ names: String...) throws {
        for name in names {
            let path = folder + "/" + name
            try files.makeFolder(RepriseSystem.folder(of: path))
            try files.write("x", to: path)
        }
    }

    private func search(_ pattern: String = "**") -> EventFileSearch {
        let roots = ["work", "outputs"].map { EventFileSearch.Root(name: $0, path: folder + "/" + $0) }
        return EventFileSearch(files: files, roots: roots, pattern: PathPattern(pattern))
    }

    @Test func `finds each file once, the earliest first`() throws {
        try leave(
            "work/runs/b/events.out.tfevents.1700000002.h",
            "work/runs/a/events.out.tfevents.1700000003.h",
            "outputs/events.out.tfevents.1700000001.h",
            "work/train.py",
            "work/.cache/events.out.tfevents.1.h"
        )
        var search = search()
        let names = search.look(at: Timestamp(milliseconds: 0)).map(\.name)
        #expect(
            names == [
                "outputs/events.out.tfevents.1700000001.h", "work/runs/b/events.out.tfevents.1700000002.h",
                "work/runs/a/events.out.tfevents.1700000003.h",
            ]
        )
        try leave("work/runs/a/deep/events.out.tfevents.1700000004.h")
        #expect(
            search.look(at: Timestamp(milliseconds: 0)).map(\.name) == [
                "work/runs/a/deep/events.out.tfevents.1700000004.h"
            ]
        )
        #expect(search.look(at: Timestamp(milliseconds: 0)).isEmpty)
    }

    @Test func `of those begun in one second, the outer folder comes first`() throws {
        try leave("work/a/b/x/events.out.tfevents.1.h", "work/a/events.out.tfevents.1.h")
        var search = search()
        #expect(search.look(at: Timestamp(milliseconds: 0)).map { $0.name.utf8.count } == [30, 34])
    }

    @Test func `a pattern says where to look`() throws {
        try leave("work/logs/events.out.tfevents.1.h", "work/old/events.out.tfevents.2.h")
        var search = search("logs/**")
        #expect(search.look(at: Timestamp(milliseconds: 0)).map(\.name) == ["work/logs/events.out.tfevents.1.h"])
    }

    @Test func `a folder that has not changed is not listed again`() throws {
        try leave("work/a/events.out.tfevents.1.h")
        var search = search()
        let late = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + 60_000)
        #expect(search.look(at: late).count == 1)
        let looked = [folder, "work", "a"].joined(separator: "/")
        let changed = try #require(try files.status(looked)).modified
        try leave("work/a/events.out.tfevents.2.h")
        setModified(looked, nanoseconds: changed)
        #expect(search.look(at: late).isEmpty)
        try leave("work/a/events.out.tfevents.3.h")
        #expect(search.look(at: late).count == 2)
    }

    private func setModified(_ path: String, nanoseconds: Int64) {
        let times = [
            timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000)),
            timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000)),
        ]
        #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
    }
}

@Suite struct `Keys of event files` {
    private func prefixes(_ folders: [String], known: [String] = []) -> [String] {
        var keys = EventKeys(sources: known)
        return folders.map { keys.prefix(of: $0 + "/events.out.tfevents.1.h") }
    }

    @Test func `a single writer keeps its tags as they are`() {
        #expect(prefixes(["work/runs/Nov21_12-00-00_host"]) == [""])
        #expect(prefixes(["work", "work"]) == ["", ""])
    }

    @Test func `parts of the data are told apart by their name, whichever comes first`() {
        #expect(prefixes(["work/logs/train", "work/logs/validation"]) == ["train/", "validation/"])
        #expect(prefixes(["work/a/train", "work/b/train"]) == ["train/", "b/train/"])
    }

    @Test func `what lies below the first folder has its way from there`() {
        #expect(
            prefixes(["work/runs/x", "work/runs/x/loss_train", "work/runs/x/1.5/eval"]) == [
                "", "loss_train/", "1.5/eval/",
            ]
        )
    }

    @Test func `another folder gets the shortest end of its path that is free`() {
        #expect(
            prefixes(["work/logs/version_0", "work/logs/version_1", "work/more/version_1"]) == [
                "", "version_1/", "more/version_1/",
            ]
        )
    }

    @Test func `what was decided holds, whoever reads on`() {
        let known = [
            EventKeys.source("work/logs/version_1/events.out.tfevents.1.h", prefix: ""),
            EventKeys.source("work/logs/version_0/events.out.tfevents.2.h", prefix: "version_0/"), "metrics.jsonl",
        ]
        #expect(prefixes(["work/logs/version_0", "work/logs/version_1"], known: known) == ["version_0/", ""])
    }
}
