import OrderedCollections
import RepriseModel
import Testing

@Suite struct `A dotted name` {
    @Test func `reads and writes what is nested`() {
        var value: Value = ["optimizer": ["name": "adam"], "a.b": 1]
        #expect(value[path: "optimizer.name"] == "adam")
        #expect(value[path: "a.b"] == 1)
        #expect(value[path: "optimizer.name.x"] == nil)
        value[path: "optimizer.lr"] = 0.1
        value[path: "new.deep.key"] = true
        value[path: "a.b"] = 2
        #expect(value == ["optimizer": ["name": "adam", "lr": 0.1], "a.b": 2, "new": ["deep": ["key": true]]])
    }

    @Test func `takes away its own key and nothing else`() {
        let before: Value = ["a": ["b": 1, "c": 2], "x": 5]
        var value = before
        value[path: "a.b"] = nil
        #expect(value == ["a": ["c": 2], "x": 5])
        for path in ["nothing", "nothing.at.all", "x.y", "x.y.z", "a.c.d"] {
            var value = before
            value[path: path] = nil
            #expect(value == before, "\(path)")
        }
        var scalar: Value = 5
        scalar[path: "a"] = nil
        #expect(scalar == 5)
    }

    @Test func `names every leaf`() {
        let value: Value = ["a": ["b": 1, "c": [1, 2]], "d": .map([:]), "e": .null]
        #expect(value.leaves.map(\.path) == ["a.b", "a.c", "d", "e"])
        #expect(Value.map([:]).leaves.isEmpty)
    }
}
