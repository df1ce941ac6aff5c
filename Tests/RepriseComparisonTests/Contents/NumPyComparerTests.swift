import RepriseModel
import RepriseTestKit
import Testing

@testable import RepriseComparison

@Suite struct `Comparing NumPy arrays` {
    private let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise

    private func compare(_ left: [UInt8], _ right: [UInt8]) throws -> ContentResult {
        try NumPyComparer().compare(left, right, rule: rule)
    }

    private func spot(_ left: [UInt8], _ right: [UInt8]) throws -> Spot? {
        if case .differs(let spot) = try compare(left, right) { spot } else { nil }
    }

    @Test(arguments: [UInt8(1), 2, 3]) func `reads every version of the format`(version: UInt8) throws {
        let left = npy("<f8", shape: [3], version: version, elements: little([1.0, 2, 3]))
        #expect(try spot(left, npy("<f8", shape: [3], elements: little([1.0, 2, 3.001]))) == nil)
        let found = try spot(left, npy("<f8", shape: [3], elements: little([1.0, 2, 4])))
        #expect(found?.place == "[2]")
        #expect(found?.difference == 1)
    }

    @Test func `does not mind byte order and the order of the axes`() throws {
        let left = npy("<f8", shape: [2, 3], elements: little([1.0, 2, 3, 4, 5, 6]))
        let right = npy(">f8", shape: [2, 3], isFortranOrder: true, elements: big([1.0, 4, 2, 5, 3, 6]))
        #expect(try compare(left, right) == .same(largest: 0))
        let other = npy(">f8", shape: [2, 3], isFortranOrder: true, elements: big([1.0, 4, 2, 5, 9, 6]))
        #expect(try spot(left, other)?.place == "[0, 2]")
    }

    @Test func `finds the index in three axes of either order`() throws {
        let numbers = (0..<24).map(Double.init)
        let columns = (0..<4).flatMap { k in (0..<3).flatMap { j in (0..<2).map { i in numbers[i * 12 + j * 4 + k] } } }
        let left = npy("<f8", shape: [2, 3, 4], elements: little(numbers))
        #expect(try spot(left, npy("<f8", shape: [2, 3, 4], isFortranOrder: true, elements: little(columns))) == nil)
        var changed = numbers
        changed[1 * 12 + 2 * 4 + 3] = 99
        #expect(try spot(left, npy("<f8", shape: [2, 3, 4], elements: little(changed)))?.place == "[1, 2, 3]")
    }

    @Test func `reads every type of number`() throws {
        let cases: [(String, [UInt8], [UInt8], String, String)] = [
            ("|b1", [0, 1], [0, 0], "1", "0"), ("|i1", [1, 0xFF], [1, 0x7F], "-1", "127"),
            ("|u1", [1, 255], [1, 0], "255", "0"),
            ("<i2", little([Int16(1), -300]), little([Int16(1), 300]), "-300", "300"),
            ("<u4", little([UInt32(1), .max]), little([UInt32(1), 0]), "4294967295", "0"),
            ("<i8", little([Int64(1), .min]), little([Int64(1), .max]), "\(Int64.min)", "\(Int64.max)"),
            ("<u8", little([UInt64(1), .max]), little([UInt64(1), .max - 1]), "\(UInt64.max)", "\(UInt64.max - 1)"),
            ("<f2", little([UInt16(0x3C00), 0x4000]), little([UInt16(0x3C00), 0x4200]), "2.0", "3.0"),
            (
                "<f4", little([Float(1).bitPattern, Float(0.5).bitPattern]),
                little([Float(1).bitPattern, Float(2).bitPattern]), "0.5", "2.0"
            ),
            ("<c16", little([1.0, 2, 3, 4]), little([1.0, 2, 3, -4]), "3.0+4.0i", "3.0-4.0i"),
            (
                "<c8", little([Float(1), 2, 3, 4].map(\.bitPattern)), little([Float(1), 2, 3, 5].map(\.bitPattern)),
                "3.0+4.0i", "3.0+5.0i"
            ),
            ("<M8[ns]", little([Int64(1), 2]), little([Int64(1), 3]), "2", "3"),
            ("|S2", Array("abcd".utf8), Array("abce".utf8), "cd", "ce"),
            ("<U1", little([UInt32(97), 0xE9]), little([UInt32(97), 0x62]), "é", "b"),
        ]
        for (type, left, right, one, other) in cases {
            let found = try spot(npy(type, shape: [2], elements: left), npy(type, shape: [2], elements: right))
            #expect([found?.place, found?.left, found?.right] == ["[1]", one, other], "\(type)")
        }
    }

    @Test func `measures complex numbers along the plane`() throws {
        let left = npy("<c16", shape: [1], elements: little([3.0, 4]))
        #expect(try spot(left, npy("<c16", shape: [1], elements: little([3.006, 4.006]))) == nil)
        #expect(try spot(left, npy("<c16", shape: [1], elements: little([3.009, 4.009])))?.difference != nil)
        #expect(try spot(left, npy("<c16", shape: [1], elements: little([3, .nan])))?.difference == .infinity)
    }

    @Test func `takes NaN for NaN and times to the tick`() throws {
        let nans = npy("<f8", shape: [1], elements: little([Double.nan]))
        let others = npy("<f8", shape: [1], elements: little([UInt64(0x7FF8_0000_0000_0001)]))
        #expect(try compare(nans, others) == .same(largest: 0))
        let wide = NumberRule(.within(absolute: 100, relative: 0)) ?? .bitwise
        let times = (
            npy("<M8[s]", shape: [1], elements: little([Int64(5)])),
            npy("<M8[s]", shape: [1], elements: little([Int64(6)]))
        )
        #expect(try NumPyComparer().compare(times.0, times.1, rule: wide) != .same(largest: 0))
    }

    @Test func `calls another type or shape a difference`() throws {
        let left = npy("<f8", shape: [2, 1], elements: little([1.0, 2]))
        #expect(try spot(left, npy("<f8", shape: [2], elements: little([1.0, 2])))?.place == "shape")
        let found = try spot(left, npy("<i8", shape: [2, 1], elements: little([Int64(1), 2])))
        #expect([found?.place, found?.left, found?.right] == ["type", "f8", "i8"])
        #expect(
            try spot(npy("<M8[s]", shape: [0], elements: []), npy("<M8[ns]", shape: [0], elements: []))?.place == "type"
        )
    }

    @Test func `reads single elements and empty arrays`() throws {
        #expect(
            try spot(npy("<f8", shape: [], elements: little([1.0])), npy("<f8", shape: [], elements: little([2.0])))?
                .place == "[]"
        )
        let empty = npy("<f8", shape: [0, 1 << 40, 1 << 40], elements: [])
        #expect(try compare(empty, npy(">f8", shape: [0, 1 << 40, 1 << 40], elements: [1])) == .same(largest: 0))
    }

    @Test(arguments: [
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': '<f16', 'fortran_order': False, 'shape': (1,), }",
        "{'descr': [('a', '<f8'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }",
    ])
    func `refuses by name what it does not compare`(header: String) {
        let file = npy(header: header, elements: little([1.0, 2, 3]))
        #expect { try compare(file, file) } throws: { error in
            if case .unsupported(let reason)? = error as? ContentError {
                reason.contains("NumPy arrays of")
            } else {
                false
            }
        }
    }

    @Test(arguments: [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (9223372036854775807, 2), }", "{'descr': '<f8'", "", "[]",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
    ])
    func `refuses headers that are damaged or ask for more than there is`(header: String) {
        let file = npy(header: header, elements: little([1.0]))
        #expect { try compare(file, file) } throws: { error in
            if case .malformed(.left, _)? = error as? ContentError { true } else { false }
        }
    }

    @Test func `never trips over damaged arrays`() {
        var generator = SeededGenerator(seed: 6)
        let original = npy(
            "<c8",
            shape: [2, 3],
            isFortranOrder: true,
            elements: little((0..<12).map { Float($0).bitPattern })
        )
        for _ in 0..<3000 {
            _ = try? compare(original, mutated(original, &generator))
            _ = try? compare(mutated(original, &generator), original)
        }
    }
}

@Suite struct `Comparing NumPy archives` {
    private let rule = NumberRule(.within(absolute: 0.01, relative: 0)) ?? .bitwise

    private func spot(_ left: [ZipMember], _ right: [ZipMember]) throws -> Spot? {
        let result = try NumPyArchiveComparer().compare(zip(left), zip(right), rule: rule)
        return if case .differs(let spot) = result { spot } else { nil }
    }

    private func array(_ numbers: [Double]) -> [UInt8] { npy("<f8", shape: [numbers.count], elements: little(numbers)) }

    /// The content as DEFLATE without compression.
    private func deflated(_ content: [UInt8]) -> [UInt8] {
        let length = UInt16(content.count)
        return [1] + little([length, ~length]) + content
    }

    @Test func `compares array by array whatever their order and compression`() throws {
        let (a, b) = (array([1, 2]), array([3]))
        let right = [
            ZipMember(name: "b.npy", content: b, packed: deflated(b)),
            ZipMember(name: "a.npy", content: array([1.001, 2])),
        ]
        #expect(try spot([ZipMember(name: "a.npy", content: a), ZipMember(name: "b.npy", content: b)], right) == nil)
        let other = [ZipMember(name: "b.npy", content: array([4])), ZipMember(name: "a.npy", content: a)]
        #expect(
            try spot([ZipMember(name: "a.npy", content: a), ZipMember(name: "b.npy", content: b)], other)?.place
                == "b[0]"
        )
    }

    @Test func `names an array that only one side has`() throws {
        let found = try spot([ZipMember(name: "a.npy", content: array([1]))], [])
        #expect([found?.place, found?.left, found?.right] == ["a", "present", "absent"])
    }

    @Test func `refuses what is damaged, encrypted or packed in another way`() throws {
        let content = array([1])
        let good = zip([ZipMember(name: "a.npy", content: content)])
        let damaged = ZipMember(name: "a.npy", content: content, checkSum: 1)
        let long = ZipMember(name: "a.npy", content: content, packed: deflated(content), size: 10)
        for member in [damaged, long] {
            #expect(throws: ContentError.self) { try NumPyArchiveComparer().compare(good, zip([member]), rule: rule) }
        }
        let encrypted = ZipMember(name: "a.npy", content: content, flags: 1)
        let odd = ZipMember(name: "a.npy", content: content, method: 14)
        let huge = ZipMember(name: "a.npy", content: content, size: .max)
        for member in [encrypted, odd, huge] {
            #expect { try NumPyArchiveComparer().compare(good, zip([member]), rule: rule) } throws: { error in
                if case .unsupported? = error as? ContentError { true } else { false }
            }
        }
    }

    @Test func `never trips over damaged archives`() {
        var generator = SeededGenerator(seed: 7)
        let content = array([1, 2, 3])
        let original = zip([
            ZipMember(name: "a.npy", content: content),
            ZipMember(name: "b.npy", content: content, packed: deflated(content)),
        ])
        for _ in 0..<3000 {
            _ = try? NumPyArchiveComparer().compare(original, mutated(original, &generator), rule: rule)
        }
    }
}
