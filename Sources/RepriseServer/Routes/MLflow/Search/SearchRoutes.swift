import HTTPTypes
import RepriseModel
import RepriseStore

/// Searching for runs and for MLflow's experiments, a page at a time.
let searchRoutes = [
    MLflowRoute(.post, "runs/search") { request, state in
        let fields = request.fields
        let page = try state.store.searchRuns(
            RunSearch(
                projects: try fields.projectNumbers(),
                view: try fields.view("run_view_type"),
                question: try fields.question()
            )
        )
        return page.reply("runs", capacity: 1024 * (1 + page.items.count)) { runJSON($0, into: &$1) }
    },
    MLflowRoute(.post, "experiments/search", respond: searchProjects),
    MLflowRoute(.get, "experiments/search", respond: searchProjects),
]

@Sendable private func searchProjects(_ request: MLflowRequest, _ state: ServerState) async throws -> MLflowReply {
    try state.store
        .searchProjects(try request.fields.question(), view: try request.fields.view("view_type"))
        .reply("experiments", projectJSON)
}

extension SearchPage {
    /// `{"NAME": […], "next_page_token": …}`, each left out where there is none.
    func reply(
        _ name: String,
        capacity: Int = 1024,
        _ write: (Item, inout JSONWriter) throws -> Void
    ) rethrows -> MLflowReply {
        var writer = JSONWriter(capacity: capacity)
        try writer.object { writer in
            if !items.isEmpty {
                try writer.array(name) { writer in
                    for item in items { try write(item, &writer) }
                }
            }
            writer.field("next_page_token", nextToken)
        }
        return .json(writer.bytes)
    }
}

extension RequestFields {
    /// The most items that a page may have.
    private static let mostResults: Int64 = 50_000

    /// `filter`, `order_by`, `max_results` and `page_token`, as every search has them.
    func question(standardLimit: Int = 1000) throws -> SearchQuestion {
        let limit = try optionalInteger("max_results") ?? Int64(standardLimit)
        guard limit > 0 else {
            throw MLflowError.invalid(
                "Invalid value \(limit) for parameter 'max_results' supplied. It must be a positive integer"
            )
        }
        guard limit <= Self.mostResults else {
            throw MLflowError.invalid(
                has("experiment_ids")
                    ? "Invalid value \(limit) for parameter 'max_results' supplied:  Hint: Value was of type 'int'. "
                        + "See the API docs for more information about request parameters."
                    : "Invalid value \(limit) for parameter 'max_results' supplied. It must be at most \(Self.mostResults)"
            )
        }
        return SearchQuestion(
            filter: try optionalText("filter") ?? "",
            order: try texts("order_by"),
            limit: Int(limit),
            pageToken: try optionalText("page_token")
        )
    }

    /// The names of MLflow, or their numbers; what is not deleted where nothing is said.
    fileprivate func view(_ name: String) throws -> SearchView {
        switch self[name] {
        case nil, .string(""), .string("ACTIVE_ONLY"), .string("1"), .integer(1): return .active
        case .string("DELETED_ONLY"), .string("2"), .integer(2): return .deleted
        case .string("ALL"), .string("3"), .integer(3): return .all
        case .some(let value):
            throw MLflowError.invalid(
                "Invalid value \(value.json().prefix(100)) for parameter '\(name)' supplied: "
                    + "it is one of 'ACTIVE_ONLY', 'DELETED_ONLY' and 'ALL'."
            )
        }
    }

    fileprivate func projectNumbers() throws -> [Int64] {
        try list("experiment_ids")
            .map { id in
                switch id {
                case .integer(let number): return number
                case .string(let text):
                    if let number = Int64(text) { return number }
                default: break
                }
                throw MLflowError.invalid(
                    "Invalid experiment ID '\(id.text.prefix(100))'. Experiment ID must be a valid integer."
                )
            }
    }
}
