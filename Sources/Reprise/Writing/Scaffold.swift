import RepriseModel
import RepriseSystem

/// The first files of a project, with comments.
struct Scaffold {
    let files: any FileSystem
    let folder: String
    /// The folder's own name, which becomes the experiment's.
    let name: String
    /// The JSON Schema of experiment files.
    let schema: String
    /// The environment that it begins with; nil for the machine as it is.
    var recipe: RecipeTemplate?

    /// Writes what is not there yet and returns the paths written. Nothing is overwritten unless `force`.
    func write(force: Bool) throws -> [String] {
        var texts: [String: String] = [:]
        for file in recipe?.files ?? [] { texts[file.name] = file.text }
        // A recipe comes to a project that is there as well as to a new one.
        if try recipe == nil || !hasExperiment() {
            texts["\(name).exp.yaml"] = experiment
            texts["reprise.yaml"] = site
            texts[".repriseignore"] = ignored
        }
        let there = try texts.keys.sorted().filter { try files.exists("\(folder)/\($0)") }
        guard force || there.isEmpty else {
            throw Mistake(
                "`\(there[0])` is there already",
                why: "`init` writes a project's first files and would replace it",
                fix: "edit it, or run `reprise init --force` to replace \(there.joined(separator: ", "))",
                code: "file-exists"
            )
        }
        // For editors; the first line of the experiment names it.
        try files.makeFolder("\(folder)/.reprise")
        _ = try files.create("\(folder)/.reprise/.gitignore", bytes: Array("*\n".utf8), mode: 0o644)
        try files.write(schema, to: "\(folder)/.reprise/experiment.schema.json")
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            try files.write(text, to: "\(folder)/\(name)")
        }
        return texts.keys.sorted()
    }

    private func hasExperiment() throws -> Bool {
        try files.names(in: folder).contains { $0.hasSuffix(".exp.yaml") }
    }

    private var experiment: String {
        """
        # yaml-language-server: $schema=.reprise/experiment.schema.json
        # What is evaluated, and nothing about where. Run it with `reprise run \(name).exp.yaml`,
        # change a value with `reprise run \(name).exp.yaml rounds=5`, try several with `rounds=1,2,3`.
        name: \(name)
        description: Counts up, and shows where parameters, metrics and outputs go.

        parameters: # typed by their values, nested as you like
          rounds: 3
          greeting: hello

        # A text goes to sh, with {{ parameters }} put in and quoted. A list is executed without a shell.
        command: |
          i=0
          while [ $i -lt {{ rounds }} ]; do
            i=$((i + 1))
            echo {{ greeting }} $i
            echo "{\\"step\\": $i, \\"square\\": $((i * i))}" >> "$REPRISE_METRICS"
          done
          echo "counted to $i" > result.txt

        outputs: [result.txt] # kept by content; so is everything under $REPRISE_OUTPUTS

        metrics:
          square: {goal: maximize} # `verify` compares bit for bit, unless a tolerance stands here

        # data: {train: data/train.csv}          # its digest is kept in reprise.lock
        # resources: {cpus: 1, memory: 1GiB, time: 10m}
        \(recipe?.declaration ?? "# environment: {image: \"python:3.12-slim\"}    # executed in a container; see also `reprise init --recipe`")
        # sweep: {grid: {rounds: [1, 2, 3]}, repeats: 2}

        """
    }

    private var site: String {
        """
        # Where experiments of this project run. Every key can also be set for a person
        # (~/.config/reprise/site.yaml), for a machine (/etc/reprise/site.yaml), by an environment variable
        # (REPRISE_TARGETS_LOCAL_SLOTS=4) or on the command line (--set targets.local.slots=4).
        # `reprise settings show` tells which one won.
        target: local
        targets:
          local: {kind: process} # slots: 2   how many jobs at once; one for each processor by default

        # credentials:
        #   hub-token: {variable: HUB_TOKEN}     # by name: never a literal that a snapshot could pick up

        """
    }

    private var ignored: String {
        """
        # What is no code, as in .gitignore (which counts too): snapshots leave it out.
        *.ckpt
        __pycache__/

        """
    }
}
