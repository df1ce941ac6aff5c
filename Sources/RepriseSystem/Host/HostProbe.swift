import RepriseModel

/// What only system calls tell about this machine and this process.
package protocol HostProbe: Sendable {
    func facts() -> HostFacts
}

package struct HostFacts: Hashable, Sendable {
    /// `Linux`.
    package var system: String
    /// `6.1.0-18-amd64`.
    package var kernel: String
    /// `x86_64`.
    package var architecture: String
    package var name: String
    /// `glibc 2.36`.
    package var library: String
    /// Processors that this process may use.
    package var processors: Int
    package var memory: Int64
    /// The effective ones.
    package var user: Int
    package var group: Int

    package init(
        system: String,
        kernel: String,
        architecture: String,
        name: String,
        library: String,
        processors: Int,
        memory: Int64,
        user: Int,
        group: Int
    ) {
        self.system = system
        self.kernel = kernel
        self.architecture = architecture
        self.name = name
        self.library = library
        self.processors = processors
        self.memory = memory
        self.user = user
        self.group = group
    }
}
