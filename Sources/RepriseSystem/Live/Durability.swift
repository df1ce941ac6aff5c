import CRepriseSystem
import Glibc
import RepriseModel

extension LiveFileSystem {
    /// One by one while they are few; beyond that one `syncfs` for all, which costs less than many flushes.
    package func makeDurable(_ paths: [String]) throws(FileError) {
        if paths.count > 8, let first = paths.first {
            let file = try OpenFile(first, O_RDONLY | O_CLOEXEC, operation: "synchronise")
            return try file.check(reprise_synchronise_file_system(file.descriptor) == 0)
        }
        for path in paths {
            let file = try OpenFile(path, O_RDONLY | O_CLOEXEC, operation: "synchronise")
            try file.check(fsync(file.descriptor) == 0)
        }
    }
}
