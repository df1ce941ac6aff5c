import CRepriseSystem
import Glibc
import RepriseModel

/// A process to start as a session of its own, with nothing open but standard input, output, errors and `held`.
package struct SpawnRequest: Sendable {
    package var program: String
    /// Without the program's name.
    package var arguments: [String]
    /// The whole environment, as `NAME=value`.
    package var variables: [String]
    package var folder: String
    /// Where standard output and standard error are appended, from `folder`.
    package var output: String
    package var errors: String
    /// A descriptor that stays open in the process.
    package var held: Int32
    /// The processors that it may use; empty for all.
    package var processors: [Int]

    package init(
        program: String,
        arguments: [String],
        variables: [String],
        folder: String,
        output: String,
        errors: String,
        held: Int32,
        processors: [Int] = []
    ) {
        self.program = program
        self.arguments = arguments
        self.variables = variables
        self.folder = folder
        self.output = output
        self.errors = errors
        self.held = held
        self.processors = processors
    }

    /// Starts it and returns its id. The caller reaps it with `reapChild`.
    package func start() throws(FileError) -> Int32 {
        let argumentList = CStringList([program] + arguments)
        let variableList = CStringList(variables)
        let numbers = processors.map { Int32($0) }
        var failure: Int32 = 0
        let child = program.withCString { program in
            folder.withCString { folder in
                output.withCString { output in
                    errors.withCString { errors in
                        numbers.withUnsafeBufferPointer { numbers in
                            var request = reprise_spawn_request()
                            request.program = program
                            request.arguments = UnsafePointer(argumentList.pointer)
                            request.variables = UnsafePointer(variableList.pointer)
                            request.folder = folder
                            request.output = output
                            request.errors = errors
                            request.held = held
                            request.processors = numbers.baseAddress
                            request.processor_count = Int32(numbers.count)
                            let child = reprise_spawn(&request)
                            failure = errno
                            return child
                        }
                    }
                }
            }
        }
        guard child > 0 else { throw fileError("start `\(program)` in", folder, failure) }
        return child
    }
}

/// What a child used, told when it is taken in.
package struct ChildUsage: Hashable, Sendable {
    /// nil where a signal ended it.
    package var status: Int?
    package var signal: Int?
    package var userMilliseconds: Int64
    package var systemMilliseconds: Int64
    /// The largest resident set of one process of the tree, in bytes.
    package var peakMemory: Int64
}

/// Takes in a child of this process that has ended; nil while it has not, or where it is no child.
package func reapChild(_ process: Int32) -> ChildUsage? {
    var usage = reprise_usage()
    guard reprise_reap(process, &usage) == 1 else { return nil }
    return ChildUsage(
        status: usage.status >= 0 ? Int(usage.status) : nil,
        signal: usage.signal > 0 ? Int(usage.signal) : nil,
        userMilliseconds: usage.user_milliseconds,
        systemMilliseconds: usage.system_milliseconds,
        peakMemory: usage.peak_bytes
    )
}

/// The environment of this process.
package func inheritedVariables() -> [String: String] {
    var variables: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
        entry += 1
    }
    return variables
}

/// Strings as C wants them: a list of pointers that ends with a null.
private final class CStringList {
    let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointer = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { pointer[index] = strdup(string) }
        pointer[count] = nil
    }

    deinit {
        for index in 0..<count { free(pointer[index]) }
        pointer.deallocate()
    }
}
