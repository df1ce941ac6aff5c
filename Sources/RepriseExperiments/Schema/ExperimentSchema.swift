/// Every key of an experiment file.
enum ExperimentSchema {
    static let root = Shape.keys(about + what + surroundings + judgement, others: nil)

    private static let names = Shape.either([.text, .list(.text)])
    private static let command = Shape.either([.text, .list(.word)])

    private static let about = [
        SchemaKey(
            "name",
            .text,
            "What the experiment is called; the file's name where it is left out. May hold {{ parameters }}."
        ),
        SchemaKey("project", .text, "What the experiment belongs to; the folder's name where it is left out."),
        SchemaKey("description", .text, "What the experiment is about, for people."),
        SchemaKey("tags", names, "Labels for lists and queries. May hold {{ parameters }}."),
        SchemaKey(
            "extends",
            names,
            "Files to begin with, merged in order, this file last. Maps merge, everything else replaces, `key: !remove` takes a key away."
        ),
    ]

    private static let what = [
        SchemaKey("parameters", .map(.anything), "Named values, typed as they are written, nested as you like."),
        SchemaKey("seed", .whole(0...Int64.max), "The root of all seeds. Drawn and recorded where it is left out."),
        SchemaKey(
            "command",
            command,
            "What is executed. A list is executed without a shell, a text is given to sh. {{ name }} puts in a parameter, {{ seed }}, {{ outputs }}, {{ run.id }}, {{ run.dir }} and {{ data.NAME }} what they say."
        ),
        SchemaKey(
            "steps",
            .map(step),
            "Several commands by name, with `needs` between them, instead of one `command`."
        ),
        SchemaKey("sweep", sweep, "A rule that turns the experiment into many variants."),
    ]

    private static let surroundings = [
        SchemaKey(
            "environment",
            environment,
            "What the command runs in. The host, where neither image nor build stands."
        ),
        SchemaKey("code", code, "What of the folder belongs to the snapshot, beyond .gitignore and .repriseignore."),
        SchemaKey(
            "data",
            .map(.either([.text, dataItem])),
            "Files and folders that the command reads, by name. Their digests are kept in reprise.lock on first use."
        ),
        SchemaKey("resources", resources, "What a job asks of the machine."),
        SchemaKey("retry", retry, "When a job that ended badly is tried again."),
        SchemaKey("settings", .map(.anything), "Settings of the site that this experiment changes."),
        SchemaKey(
            "determinism",
            .flag,
            "Whether libraries are told to compute the same twice (PYTHONHASHSEED and its like). True where it is left out."
        ),
    ]

    private static let judgement = [
        SchemaKey("outputs", outputs, "Files to keep by content: patterns relative to the working directory."),
        SchemaKey(
            "metrics",
            .map(metric),
            "What is known of a metric: which way is better, and how much of a difference `verify` forgives."
        ),
    ]

    private static let step = Shape.keys(
        [
            SchemaKey("command", command, "What the step executes.", isRequired: true),
            SchemaKey("needs", names, "The steps that must have finished before."),
            SchemaKey(
                "split",
                .whole(1...10_000),
                "Into how many jobs the step is cut; each learns its number from REPRISE_SPLIT."
            ),
            SchemaKey("outputs", outputs, "Files that the step leaves, to keep by content."),
            SchemaKey("resources", resources, "What the step asks of the machine, over the experiment's own."),
            SchemaKey("retry", retry, "When the step is tried again, instead of the experiment's own."),
            SchemaKey(
                "environment",
                .keys(container, others: nil),
                "What the step runs in; what it leaves out is as in the experiment's own."
            ),
        ],
        others: nil
    )

    private static let environment = Shape.keys(
        container + [
            SchemaKey("variables", .map(.word), "Environment variables. May hold {{ parameters }} and {{ seed }}."),
            SchemaKey(
                "credentials",
                .map(.text),
                "Environment variables that hold secrets, by the name of a credential of the site."
            ),
        ],
        others: nil
    )

    private static let container = [
        SchemaKey(
            "image",
            .text,
            "A container image: of a registry, an archive, a .sif file, or one that an engine has. Its content is kept in reprise.lock on first use. May hold {{ parameters }}."
        ),
        SchemaKey("build", .keys(build, others: nil), "How to build the image, from the code of the snapshot."),
        SchemaKey("host", .flag, "True: the machine itself, although the experiment or the target has an image."),
        SchemaKey(
            "network",
            .choice(["default", "none", "host"]),
            "Which network the container gets; the engine's own where it is left out."
        ),
        SchemaKey(
            "read-only",
            .flag,
            "Whether the container refuses to write anywhere but in the run's folder and /tmp."
        ),
        SchemaKey("shared-memory", .size, "How much of /dev/shm the container gets, such as 1GiB."),
    ]

    private static let build = [
        SchemaKey("dockerfile", .text, "A Dockerfile, relative to this file."),
        SchemaKey("definition", .text, "An Apptainer definition, relative to this file."),
        SchemaKey(
            "context",
            .text,
            "The folder from which the recipe copies; the experiment's own where it is left out."
        ),
        SchemaKey("arguments", .map(.word), "Build arguments by name. May hold {{ parameters }}."),
    ]

    private static let code = Shape.keys(
        [
            SchemaKey("include", names, "Patterns of files to take although they are ignored."),
            SchemaKey("exclude", names, "Patterns of files to leave out."),
            SchemaKey(
                "allow",
                names,
                "Files to take although they look like secrets or are large for code."
            ),
        ],
        others: nil
    )

    private static let dataItem = Shape.keys(
        [
            SchemaKey("path", .text, "A file or folder, relative to this file."),
            SchemaKey("uri", .text, "An address instead of a path: file://, http(s)://, or any rclone remote."),
            SchemaKey("sha256", .text, "The digest that the content must have: 64 hexadecimal digits."),
        ],
        others: nil
    )

    private static let tolerance = Shape.either([
        .amount, .choice(["bitwise", "statistical"]),
        .keys(
            [
                SchemaKey("absolute", .amount, "The largest difference that counts as the same."),
                SchemaKey("relative", .amount, "The same as a share of the original value."),
            ],
            others: nil
        ),
    ])

    private static let outputs = Shape.either([.text, .list(.either([.text, output]))])

    private static let output = Shape.keys(
        [
            SchemaKey("path", .text, "A path or pattern (`*`, `**`, `?`, `[…]`).", isRequired: true),
            SchemaKey(
                "tolerance",
                tolerance,
                "How `verify` compares it; `bitwise` where it is left out. A number is an absolute tolerance."
            ),
        ],
        others: nil
    )

    private static let metric = Shape.keys(
        [
            SchemaKey("goal", .choice(["minimize", "maximize"]), "Which way is better."),
            SchemaKey(
                "tolerance",
                tolerance,
                "How `verify` compares the series; `bitwise` where it is left out. A number is an absolute tolerance."
            ),
        ],
        others: nil
    )

    private static let resources = Shape.keys(
        [
            SchemaKey("cpus", .whole(1...100_000), "Processors."),
            SchemaKey(
                "memory",
                .size,
                "Main memory, such as 4GiB; a job that takes more is ended where the system allows it."
            ),
            SchemaKey("gpus", .whole(0...10_000), "Graphics processors."),
            SchemaKey(
                "time",
                .time,
                "Wall-clock time, such as 30m; then the job is ended. A bare number is in seconds."
            ),
            SchemaKey("disk", .size, "Free disk that must be there before the job starts."),
        ],
        others: nil
    )

    private static let retry = Shape.keys(
        [
            SchemaKey(
                "attempts",
                .whole(1...1000),
                "How many attempts the program itself may need, the first included; those that the engine took away do not count."
            ),
            SchemaKey(
                "interruptions",
                .whole(0...1000),
                "How often the engine may take the job away (preempted, lost) and it is tried again; 10 where there are retries."
            ),
            SchemaKey("on", .list(.choice(["failed", "lost", "preempted", "timeout"])), "After which ends."),
        ],
        others: nil
    )

    private static let values = Shape.either([.list(.anything), .function])

    private static let sweep = Shape.keys(
        [
            SchemaKey("grid", .map(values), "Every combination of the values of these parameters."),
            SchemaKey("zip", .map(values), "The values of these parameters in step; all lists are equally long."),
            SchemaKey(
                "list",
                .list(.map(.anything)),
                "Further variants, each a map of parameters; these may be new ones."
            ),
            SchemaKey(
                "random",
                random,
                "Parameters drawn at random: log(a, b), uniform(a, b), int(a, b), normal(mean, deviation), choice(…) or a list."
            ),
            SchemaKey(
                "repeats",
                .whole(1...1_000_000),
                "How often each variant runs, each time under a seed of its own."
            ),
            SchemaKey("where", .text, "Which variants to keep, as in `lr < 1 or hidden == 16`."),
            SchemaKey(
                "order",
                .choice(["listed", "shuffled"]),
                "In which order variants start; shuffled by the experiment's seed."
            ),
            SchemaKey("limit", .whole(1...1_000_000_000), "The most variants to keep, counted before `repeats`."),
        ],
        others: nil
    )

    private static let random = Shape.keys(
        [
            SchemaKey("count", .whole(1...1_000_000), "How many variants to draw.", isRequired: true),
            SchemaKey(
                "seed",
                .whole(0...Int64.max),
                "What they are drawn from; the experiment's seed where it is left out."
            ),
        ],
        others: values
    )
}

extension Shape {
    /// What may stand under a dotted name below this shape; nil where nothing may.
    func shape(at path: some StringProtocol) -> Shape? {
        let dot = path.firstIndex(of: ".")
        let head = dot.map { String(path[..<$0]) } ?? String(path)
        let child: Shape?
        switch self {
        case .keys(let keys, let others): child = keys.first { $0.name == head }?.shape ?? others
        case .map(let value): child = value
        case .anything: return .anything
        case .either(let shapes): return shapes.lazy.compactMap { $0.shape(at: path) }.first
        default: return nil
        }
        guard let dot else { return child }
        return child?.shape(at: path[path.index(after: dot)...])
    }
}
