import NIOCore
import OrderedCollections
import RepriseModel
import RepriseTestKit
import RepriseTracking
import Testing

@testable import RepriseServer

@Suite struct `Reading batches from bytes` {
    private func scanned(_ body: [UInt8]) -> MetricBatch? { body.withUnsafeBytes { BatchScanner.batch($0) } }

    private func read(_ body: [UInt8]) throws -> MetricBatch {
        try MetricBatch(batch: RequestFields(json: ByteBuffer(bytes: body)))
    }

    /// Equal bit for bit, NaN included.
    private func same(_ left: MetricBatch, _ right: MetricBatch) -> Bool {
        func bits(_ batch: MetricBatch) -> [[UInt64]] { batch.columns.map { $0.points.values.map(\.bitPattern) } }
        func bare(_ batch: MetricBatch) -> MetricBatch {
            var batch = batch
            for index in batch.columns.indices { batch.columns[index].points.values = [] }
            return batch
        }
        return bits(left) == bits(right) && bare(left) == bare(right)
    }

    @Test func `the plain form is read without a tree`() throws {
        let body = Array(
            """
            {"run_id": "abc", "metrics": [
              {"key": "loss", "value": 0.25, "timestamp": 1700000000000, "step": 1, "run_id": "abc"},
              {"key": "acc/é", "value": "NaN", "timestamp": 1700000000000},
              {"key": "loss", "value": -1e-3, "timestamp": 1700000000001, "step": -2}],
             "params": [{"key": "lr", "value": "0.1"}], "tags": [{"key": "t", "value": ""}]}
            """
            .utf8
        )
        let batch = try #require(scanned(body))
        #expect(batch.columns.map(\.key) == ["loss", "acc/é"])
        #expect(batch.columns[0].points.steps == [1, -2])
        #expect(batch.columns[0].points.values == [0.25, -0.001])
        #expect(batch.columns[1].points.values[0].isNaN)
        #expect(batch.parameters == [.init(key: "lr", value: "0.1")])
        #expect(same(batch, try read(body)))
    }

    @Test(arguments: [
        #"{"run_id":"a","metrics":[{"key":"\u0061","value":1,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":"1.5","timestamp":"7","step":"2"}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":1.0,"step":null}]}"#,
        #"{"runId":"a","metrics":[],"unknown":{"a":[1]}}"#,
        #"{"run_id":"a","run_id":"b"}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":1,"model_id":"m-1"}]}"#,
        #"{"run_id":"a","params":[{"key":"k"}]}"#,
        #"{"run_id":"a","params":[{"key":"k","value":"\n"}]}"#,
    ])
    func `other forms are left to the tree, which takes them`(body: String) throws {
        #expect(scanned(Array(body.utf8)) == nil)
        #expect(throws: Never.self) { try read(Array(body.utf8)) }
    }

    @Test(arguments: [
        #"{"run_id":"","metrics":[]}"#, #"{"metrics":[]}"#, #"{"run_id":"a","metrics":{}}"#, #"{"run_id":1}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":"x","timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1e999,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":true,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":-1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":1,"timestamp":1.5}]}"#,
        #"{"run_id":"a","metrics":[{"key":"../k","value":1,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k?","value":1,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":NaN,"timestamp":1}]}"#,
        #"{"run_id":"a","metrics":[{"key":"k","value":01,"timestamp":1}]}"#,
        #"{"run_id":"a","tags":[{"value":"x"}]}"#, #"{"run_id":"a"} x"#, #"{"run_id":"a","#,
    ])
    func `what is wrong is refused by both`(body: String) {
        #expect(scanned(Array(body.utf8)) == nil)
        #expect { try read(Array(body.utf8)) } throws: { ($0 as? MLflowError)?.code == .invalidParameterValue }
    }

    @Test(arguments: 0..<40)
    func `what the scanner reads, the tree reads alike`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var scannedOnes = 0
        for _ in 0..<100 {
            var body = BatchFuzz.body(using: &generator)
            if Bool.random(using: &generator) { BatchFuzz.damage(&body, using: &generator) }
            guard let batch = scanned(body) else { continue }
            scannedOnes += 1
            let text = String(decoding: body, as: UTF8.self)
            let tree = try #require(try? read(body), "the tree refuses \(text)")
            #expect(same(batch, tree), "\(text)")
        }
        #expect(scannedOnes > 10)
    }

    @Test func `one metric is read like a batch of one`() throws {
        let body = Array(
            #"{"run_uuid":"r","run_id":"r","key":"loss","value":0.5,"timestamp":12,"step":3}"#.utf8
        )
        let batch = try #require(body.withUnsafeBytes { BatchScanner.metric($0) })
        #expect(batch.run == "r" && batch.columns.map(\.key) == ["loss"])
        #expect(same(batch, try MetricBatch(metric: RequestFields(json: ByteBuffer(bytes: body)))))
    }
}

/// Bodies as clients send them, and as they never would.
private enum BatchFuzz {
    static func body(using generator: inout SeededGenerator) -> [UInt8] {
        let keys = ["loss", "val/acc", "é", "a b", "x:1", "lr-0.1", "..", "k?", ""]
        let numbers = [
            "0", "-0", "1", "0.1", "1e-7", "-12345.678901234567", "1e308", "4.9e-324", "123456789012345678901234",
            "\"NaN\"", "\"Infinity\"", "\"-Infinity\"", "0.30000000000000004", "1e400", "\"7\"", "null",
        ]
        let wholes = ["0", "1", "1700000000000", "-5", "9223372036854775807", "-9223372036854775807", "1.5", "\"3\""]
        let points = (0..<Int.random(in: 0..<8, using: &generator))
            .map { _ in
                let common = Int.random(in: 0..<12, using: &generator) > 0
                let key = keys[Int.random(in: 0..<(common ? 6 : keys.count), using: &generator)]
                let value = numbers[Int.random(in: 0..<(common ? 13 : numbers.count), using: &generator)]
                let time = wholes[Int.random(in: 0..<(common ? 3 : wholes.count), using: &generator)]
                let step = wholes[Int.random(in: 0..<(common ? 6 : wholes.count), using: &generator)]
                return #"{"key":"\#(key)","value":\#(value), "timestamp":\#(time),"step":\#(step)}"#
            }
        return Array(
            #"{"run_id":"r","metrics":[\#(points.joined(separator: ","))],"params":[{"key":"p","value":"v"}]}"#.utf8
        )
    }

    /// Changes, removes or doubles a byte.
    static func damage(_ body: inout [UInt8], using generator: inout SeededGenerator) {
        let place = Int.random(in: 0..<body.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: body[place] = UInt8.random(in: 0...255, using: &generator)
        case 1: body.remove(at: place)
        default: body.insert(body[place], at: place)
        }
    }
}
