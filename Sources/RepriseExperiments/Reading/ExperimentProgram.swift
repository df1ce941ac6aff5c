import OrderedCollections
import RepriseModel
import RepriseSystem
import RepriseYAML

/// A program that stands where an experiment file stands. It runs in its own folder.
struct ExperimentProgram {
    let source: ExperimentSource
    let path: String
    let shown: String

    /// The most experiments that one program may make.
    static let countLimit = 10_000

    /// Runs the executable; what it prints is YAML or JSON.
    func executable() async throws -> [ExperimentFile] {
        let result = try await run(Invocation(path, [], folder: folderOfPath(path)), as: shellQuoted(shown))
        let printed = "output of \(shown)"
        guard let root = try SweepCommas.read(result.output, file: printed, with: YAMLReader(knownTags: [removeTag]))
        else {
            throw Mistake(
                "`\(shown)` printed nothing",
                fix: "let it print an experiment, or a list of them, as YAML or JSON",
                code: "empty-file",
                place: Place(file: shown)
            )
        }
        return try experiments(root) { value, _ in value }
    }

    /// Imports the file with Python 3 and calls its `spec()`.
    func python() async throws -> [ExperimentFile] {
        let invocation = Invocation("python3", ["-c", Self.bootstrap, path], folder: folderOfPath(path))
        let result = try await run(invocation, as: "spec() of \(shown)")
        let value: Value
        do {
            value = try Value(json: result.output[...])
        } catch {
            throw Mistake(
                "what `spec()` returned could not be read",
                why: "\(error.reason) at byte \(error.offset)",
                code: "experiment-program-failed",
                place: Place(file: shown)
            )
        }
        return try experiments(LocatedValue(value, at: Place(file: shown))) { item, number in
            LocatedValue(item.value, at: Place(file: number.map { "\(shown) (experiment \($0))" } ?? shown))
        }
    }

    private func run(_ invocation: Invocation, as command: String) async throws -> ProcessResult {
        let result: ProcessResult
        do {
            result = try await source.processes.run(invocation)
        } catch let missing as ProgramMissing where invocation.program == path {
            throw Mistake(
                "`\(shown)` cannot be started",
                why: "the system does not find the program that its first line names",
                fix: "check its first line, such as `#!/usr/bin/env python3`",
                code: missing.code,
                place: Place(file: shown)
            )
        }
        guard result.status == 0 else {
            let words = result.errorText.split(separator: "\n").suffix(5).joined(separator: "\n       ")
            throw Mistake(
                "`\(command)` ended with status \(result.status) instead of printing an experiment",
                why: words.isEmpty ? nil : words,
                code: "experiment-program-failed",
                place: Place(file: shown)
            )
        }
        return result
    }

    private func experiments(
        _ root: LocatedValue,
        placed: (LocatedValue, Int?) -> LocatedValue
    ) throws -> [ExperimentFile] {
        let items = root.list ?? [root]
        guard !items.isEmpty else {
            throw Mistake(
                "`\(shown)` made no experiment: its list is empty",
                code: "empty-file",
                place: Place(file: shown)
            )
        }
        guard items.count <= Self.countLimit else {
            throw Mistake(
                "`\(shown)` made \(items.count) experiments, and may make at most \(Self.countLimit)",
                fix: "give one experiment a `sweep:`",
                code: "too-many-experiments",
                place: Place(file: shown)
            )
        }
        return try items.enumerated()
            .map { index, item in
                var reader = ExtendsReader(files: source.files)
                let value = placed(item, root.list == nil ? nil : index + 1)
                let root = try reader.extended(value, path: path, shown: shown, chain: [])
                return ExperimentFile(
                    root: root,
                    source: shown,
                    folder: folderOfPath(path),
                    folders: reader.folders,
                    files: [path] + reader.paths
                )
            }
    }

    /// Prints what `spec()` returns as JSON. What the file itself prints goes to standard error.
    static let bootstrap = #"""
        import dataclasses, enum, importlib.util, json, math, os, sys, types
        path = sys.argv[1]
        out, sys.stdout = sys.stdout, sys.stderr
        sys.path.insert(0, os.path.dirname(path))
        def plain(value, where):
            if value is None or isinstance(value, (bool, str)): return value
            if isinstance(value, enum.Enum): return plain(value.value, where)
            if isinstance(value, int):
                if not -2**63 <= value < 2**63: sys.exit(where + ": a whole number that 64 bits cannot hold")
                return int(value)
            if isinstance(value, float):
                if not math.isfinite(value): sys.exit(where + ": a number that is not finite")
                return float(value)
            if isinstance(value, os.PathLike): return os.fspath(value)
            if isinstance(value, dict): return {name(k, where): plain(v, where + "." + str(k)) for k, v in value.items()}
            if isinstance(value, (list, tuple, range, types.GeneratorType)):
                return [plain(v, "%s[%d]" % (where, i)) for i, v in enumerate(value)]
            if hasattr(value, "tolist"): return plain(value.tolist(), where)
            if isinstance(value, type) or callable(value): sys.exit(where + ": cannot stand in an experiment: %r" % (value,))
            if dataclasses.is_dataclass(value): return plain({f.name: getattr(value, f.name) for f in dataclasses.fields(value)}, where)
            found = {}
            for kind in reversed(type(value).__mro__[:-1]): found.update(vars(kind))
            found.update(getattr(value, "__dict__", {}))
            found = {k: getattr(value, k) for k in found if not k.startswith("_")}
            found = {k: v for k, v in found.items() if not callable(v)}
            if not found: sys.exit(where + ": cannot stand in an experiment: %r" % (value,))
            return plain(found, where)
        def name(key, where):
            if not isinstance(key, str): sys.exit(where + ": a key that is no text: %r" % (key,))
            return key
        module_spec = importlib.util.spec_from_file_location("reprise_experiments", path)
        module = importlib.util.module_from_spec(module_spec)
        sys.modules["reprise_experiments"] = module
        module_spec.loader.exec_module(module)
        if not callable(getattr(module, "spec", None)): sys.exit("it has no function spec() that returns experiments")
        json.dump(plain(module.spec(), "spec()"), out, allow_nan=False)
        """#
}
