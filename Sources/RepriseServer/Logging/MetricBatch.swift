import RepriseModel
import RepriseTracking

/// What one request logs into one run.
struct MetricBatch: Equatable {
    var run: String
    /// By key, in the order in which the keys came first.
    var columns: [MetricColumn] = []
    var parameters: [Pair] = []
    var tags: [Pair] = []
    /// Points that also count as a logged model's.
    var modelPoints: [ModelPoint] = []

    struct Pair: Equatable {
        var key: String
        var value: String
    }

    /// A point that names the model that it was measured on.
    struct ModelPoint: Equatable {
        var model: String
        var key: String
        var step: Int64
        var time: Int64
        var value: Double
        var dataset: String?
        var datasetDigest: String?
    }

    static let mostMetrics = 1000
    static let mostParameters = 100
    static let mostTags = 100
    static let mostOfAll = 1000

    var pointCount: Int { columns.reduce(0) { $0 + $1.points.count } }
}
