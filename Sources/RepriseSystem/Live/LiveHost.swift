import CRepriseSystem
import Glibc
import RepriseModel

/// This machine.
package struct LiveHost: HostProbe {
    package init() {}

    package func facts() -> HostFacts {
        var names = utsname()
        uname(&names)
        let pages = Int64(max(0, sysconf(Int32(_SC_PHYS_PAGES))))
        let size = Int64(max(0, sysconf(Int32(_SC_PAGESIZE))))
        return HostFacts(
            system: text(of: names.sysname),
            kernel: text(of: names.release),
            architecture: text(of: names.machine),
            name: text(of: names.nodename),
            library: "glibc " + String(cString: reprise_library_version()),
            processors: Int(reprise_usable_processors()),
            memory: pages * size,
            user: Int(geteuid()),
            group: Int(getegid())
        )
    }

    private func text<Field>(of field: Field) -> String {
        withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
