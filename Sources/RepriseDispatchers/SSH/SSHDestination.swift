/// A machine as `ssh` takes it on its command line: options, then the name.
package struct SSHDestination: Hashable, Sendable, CustomStringConvertible {
    package var options: [String]
    /// `me@login`, `login` or an alias of the person's own configuration.
    package var name: String

    /// nil where the words end with no name.
    package init?(_ text: String) {
        let words = text.split { $0.isWhitespace }.map(String.init)
        guard let name = words.last, !name.hasPrefix("-") else { return nil }
        options = Array(words.dropLast())
        self.name = name
    }

    package var description: String { name }

    /// As a person would type it.
    package var text: String { (["ssh"] + options + [name]).joined(separator: " ") }
}
