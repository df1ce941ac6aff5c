import Foundation
import RepriseModel
import RepriseSystem
import Testing

@testable import RepriseDispatchers

@Suite struct `Batches that were left` {
    @Test func `are those that are old, and that no open job belongs to`() throws {
        let files = LiveFileSystem()
        let root = FileManager.default.temporaryDirectory.appending(path: "reprise-left-\(UUID().uuidString.prefix(8))")
            .path
        defer { try? files.remove(root) }
        for name in ["needed", "left"] {
            try files.makeFolder("\(root)/slurm/\(name)")
            try files.write("2\n", to: "\(root)/slurm/\(name)/size")
        }
        try files.makeFolder("\(root)/slurm/no-batch")
        try files.write("", to: "\(root)/slurm/submit.lock")
        try files.makeFolder("\(root)/job")
        try files.write("needed\n0\n\(root)/slurm/needed/log\n17\n", to: "\(root)/job/slurm.job")
        let leftovers = SlurmLeftovers("\(root)/slurm", files: files)
        let later = LiveWallClock().now().advanced(by: .seconds(60))
        #expect(
            try leftovers.batches(before: later, besides: ["\(root)/job", "\(root)/other"]) == ["\(root)/slurm/left"]
        )
        #expect(try leftovers.batches(before: Timestamp(milliseconds: 0), besides: []).isEmpty)
        #expect(try SlurmLeftovers("\(root)/none", files: files).batches(before: later, besides: []).isEmpty)
    }
}
