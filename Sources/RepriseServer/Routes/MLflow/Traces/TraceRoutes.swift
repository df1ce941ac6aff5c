import HTTPTypes
import RepriseModel

/// There are no traces: who searches finds none, and every other call about them is unknown, so that clients go on without.
let traceRoutes = [
    MLflowRoute(.post, "traces/search", version: "3.0") { _, _ in .empty },
    MLflowRoute(.get, "traces") { _, _ in .empty },
]
