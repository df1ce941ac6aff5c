/// A secret value. It shows itself to nobody: printing, dumping and encoding it give `<redacted>` or do not compile.
package struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Shorter values cannot be told from ordinary text, so they are refused.
    package static let leastBytes = 4

    private let text: String

    /// Nil for a value of fewer than `leastBytes` bytes.
    package init?(_ text: String) {
        guard text.utf8.count >= Self.leastBytes else { return nil }
        self.text = text
    }

    /// The value itself, for the one call that hands it on.
    package func reveal() -> String { text }

    package var description: String { "<redacted>" }
    package var debugDescription: String { "<redacted>" }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
