/// Waits for a fact that a real engine brings about, and returns it: the first answer of `look` that is not nil.
///
/// The limit is there to end a test that hangs, not to judge how fast anything is: it is far beyond what a loaded machine
/// takes. `what` says what was waited for where it never came.
package func eventually<Fact>(
    _ what: @autoclosure () -> String,
    every pause: Duration = .milliseconds(20),
    within limit: Duration = .seconds(600),
    isolation: isolated (any Actor)? = #isolation,
    _ look: () async throws -> Fact?
) async throws -> Fact {
    let clock = ContinuousClock()
    let end = clock.now + limit
    while true {
        if let fact = try await look() { return fact }
        guard clock.now < end else { throw WaitedInVain(what: what()) }
        try await clock.sleep(for: pause)
    }
}

/// Waits until `holds` is true.
package func eventually(
    _ what: @autoclosure () -> String,
    every pause: Duration = .milliseconds(20),
    within limit: Duration = .seconds(600),
    isolation: isolated (any Actor)? = #isolation,
    _ holds: () async throws -> Bool
) async throws {
    _ = try await eventually(what(), every: pause, within: limit) { try await holds() ? true : nil }
}

/// What an engine takes a moment to put away: nothing, once all is gone, else what is still there after two minutes.
package func leftovers(
    isolation: isolated (any Actor)? = #isolation,
    _ look: () async throws -> [String]
) async throws -> [String] {
    var left: [String] = []
    do {
        try await eventually("all is gone", every: .milliseconds(100), within: .seconds(120)) {
            left = try await look()
            return left.isEmpty
        }
    } catch is WaitedInVain {}
    return left
}

/// What a test waited for never came.
package struct WaitedInVain: Error, CustomStringConvertible {
    package let what: String

    package init(what: String) { self.what = what }

    package var description: String { "waited in vain: \(what)" }
}
