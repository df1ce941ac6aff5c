import RepriseTracking

/// Sorts points into columns by key. A key's text is made and checked once, however many points it has.
struct ColumnCollector {
    private(set) var columns: [MetricColumn] = []
    /// The keys as bytes, which live in the body that is being read.
    private var keys: [UnsafeRawBufferPointer] = []
    private var places: [Int: [Int]] = [:]
    /// The column after the one of the last point: batches mostly repeat their keys in one order.
    private var guess = 0

    /// False where the key is none that MLflow takes, or no text.
    @inline(__always)
    mutating func add(_ key: UnsafeRawBufferPointer, step: Int64, time: Int64, value: Double) -> Bool {
        guard let place = place(of: key) else { return false }
        columns[place].points.append(step: step, time: time, value: value)
        guess = place + 1 == keys.count ? 0 : place + 1
        return true
    }

    @inline(__always)
    private mutating func place(of key: UnsafeRawBufferPointer) -> Int? {
        if guess < keys.count, same(keys[guess], key) { return guess }
        // One key many times, as an asynchronous client sends it.
        let last = guess == 0 ? keys.count - 1 : guess - 1
        if last >= 0, same(keys[last], key) { return last }
        return searchedPlace(of: key)
    }

    private mutating func searchedPlace(of key: UnsafeRawBufferPointer) -> Int? {
        var hasher = Hasher()
        hasher.combine(bytes: key)
        let hash = hasher.finalize()
        if let place = places[hash]?.first(where: { same(keys[$0], key) }) { return place }
        guard let text = String(validating: key, as: UTF8.self), (try? NameRules.check(text, path: "")) != nil,
            (try? NameRules.checkLength(text, of: "", limit: NameRules.longestKey)) != nil
        else { return nil }
        keys.append(key)
        columns.append(MetricColumn(key: text))
        places[hash, default: []].append(keys.count - 1)
        return keys.count - 1
    }

    @inline(__always)
    private func same(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        left.count == right.count && left.elementsEqual(right)
    }
}
