extension SearchSubject {
    /// What can be asked of runs.
    static let run = SearchSubject(
        table: "run",
        attributes: [
            SearchAttribute(name: "run_id", kind: .text, sql: "run.id"),
            SearchAttribute(
                name: "run_name",
                aliases: ["run name", "Run name", "Run Name"],
                kind: .text,
                sql: "run.name"
            ),
            SearchAttribute(name: "user_id", kind: .text, sql: "coalesce(run.user, '')"),
            SearchAttribute(name: "status", kind: .text, sql: runStatus),
            SearchAttribute(
                name: "start_time",
                aliases: ["created", "Created"],
                kind: .number,
                // A run that waits counts as started when it was queued, which is the time that clients are told.
                sql: "coalesce(run.started_at, run.created_at)"
            ),
            SearchAttribute(name: "end_time", kind: .number, sql: "run.ended_at", isNullable: true),
            SearchAttribute(name: "artifact_uri", kind: .text, sql: runArtifactRoot, isNullable: true),
        ],
        tables: [
            .metric: SearchTable(
                name: "series",
                index: "series_search",
                owner: [("run", "run.number")],
                key: "key",
                value: "last",
                valueKind: .number
            ),
            .parameter: SearchTable(
                name: "parameter",
                owner: [("run", "run.number")],
                key: "name",
                value: "value",
                valueKind: .kept(kind: "kind")
            ),
            .tag: SearchTable(
                name: "tag",
                owner: [("run", "run.number")],
                key: "name",
                value: "value",
                valueKind: .text,
                derived: runTags
            ),
        ],
        datasets: [
            "name": SearchRelation(source: runDataset, value: "dataset.name"),
            "digest": SearchRelation(source: runDataset, value: "dataset.digest"),
            "context": SearchRelation(
                source: "run_dataset_tag AS mark WHERE mark.run = run.number AND mark.name = 'mlflow.data.context'",
                value: "mark.value"
            ),
        ],
        hasAllEntities: true,
        tieBreakers: [
            SearchOrder(.attribute, "start_time", isAscending: false),
            SearchOrder(.attribute, "run_id", isAscending: true),
        ]
    )
}

/// The state in the words of MLflow.
private let runStatus = """
    CASE run.state WHEN 'queued' THEN 'SCHEDULED' WHEN 'submitted' THEN 'SCHEDULED' WHEN 'running' THEN 'RUNNING' \
    WHEN 'finished' THEN 'FINISHED' WHEN 'cancelled' THEN 'KILLED' ELSE 'FAILED' END
    """

private let runArtifactRoot = """
    (SELECT root || CASE substr(root, -1) WHEN '/' THEN '' ELSE '/' END \
    FROM (SELECT coalesce(artifact_location, 'mlflow-artifacts:/' || number) AS root \
    FROM project WHERE name = run.project)) || run.id || '/artifacts'
    """

/// Tags that a launched run shows and that are not kept as such.
private let runTags = Dictionary(
    uniqueKeysWithValues: [
        ("experiment", "run.experiment"), ("launch", "run.launch"), ("target", "run.target"),
        ("snapshot", "run.snapshot"),
        ("seed", "(SELECT CAST(json_extract(json, '$.seed') AS TEXT) FROM request WHERE request.run = run.number)"),
    ]
    .map { name, own in
        let name = "reprise." + name
        let kept = "(SELECT value FROM tag WHERE tag.run = run.number AND tag.name = '\(name)')"
        return (name, "CASE WHEN run.origin IS NULL THEN \(own) ELSE \(kept) END")
    }
)

private let runDataset = """
    run_dataset JOIN dataset ON dataset.number = run_dataset.dataset WHERE run_dataset.run = run.number
    """
