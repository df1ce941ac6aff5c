/// The kind of processor as Go and image registries call it, from how the kernel does.
package func imageArchitecture(_ machine: String) -> String {
    switch machine {
    case "x86_64": "amd64"
    case "aarch64", "arm64": "arm64"
    case "armv7l", "armv6l": "arm"
    case "i386", "i686": "386"
    default: machine
    }
}

#if arch(x86_64)
/// Of this machine.
package let machineArchitecture = "amd64"
#elseif arch(arm64)
/// Of this machine.
package let machineArchitecture = "arm64"
#else
/// Of this machine.
package let machineArchitecture = "unknown"
#endif
