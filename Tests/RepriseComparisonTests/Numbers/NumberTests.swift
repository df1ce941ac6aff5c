import RepriseModel
import Testing

@testable import RepriseComparison

@Suite struct `A number` {
    @Test(arguments: [
        ("0", Number.whole(0)), ("-12", .whole(-12)), ("+3", .whole(3)), ("0.5", .decimal(0.5)), (".5", .decimal(0.5)),
        ("5.", .decimal(5)), ("1e-4", .decimal(1e-4)), ("1E+4", .decimal(1e4)), ("-2.5e3", .decimal(-2500)),
        ("inf", .decimal(.infinity)), ("-Infinity", .decimal(-.infinity)),
        ("18446744073709551616", .whole(18_446_744_073_709_551_616)),
    ])
    func `is read as programs print it`(text: String, expected: Number) {
        #expect(Number(text: Array(text.utf8)[...]) == expected)
    }

    @Test func `that is none is NaN in any case`() throws {
        for text in ["nan", "NaN", "-NAN"] {
            #expect(try #require(Number(text: Array(text.utf8)[...])).double.isNaN)
        }
    }

    @Test(arguments: [
        "", "-", ".", "e5", "1e", "1e+", "0x10", "1_000", "1 ", " 1", "1.2.3", "info", "na", "--1", "1e5x",
    ])
    func `is nothing else`(text: String) {
        #expect(Number(text: Array(text.utf8)[...]) == nil)
    }

    @Test(arguments: [
        (0.0, "0"), (1, "1"), (1e-4, "1e-4"), (0.00009999999999998899, "1e-4"), (0.05, "0.05"), (123_456, "1.23e5"),
        (1234, "1230"), (0.3125, "0.313"), (9.999, "10"), (-2.5, "-2.5"), (.leastNonzeroMagnitude, "4.94e-324"),
        (.infinity, "infinite"),
    ])
    func `is shown in three digits`(number: Double, text: String) {
        #expect(shortNumber(number) == text)
    }
}

@Suite struct `A rule for numbers` {
    @Test(arguments: [
        (0.0, 0.0, true), (0.0, -0.0, false), (.nan, .nan, true), (.nan, 1, false), (.infinity, .infinity, true),
        (.infinity, -.infinity, false), (0.1, 0.1.nextUp, false),
    ])
    func `compares bit for bit`(left: Double, right: Double, isSame: Bool) {
        #expect(NumberRule.bitwise.forgives(.decimal(left), .decimal(right)) == isSame)
    }

    @Test(arguments: [
        (1.0, 1.05, 0.1, 0.0, true), (1.0, 1.15, 0.1, 0.0, false), (100, 101, 0.0, 0.01, true),
        (100, 101.5, 0.0, 0.01, false), (0, -0.0, 0, 0, true), (.nan, .nan, 0, 0, true), (.nan, 1, 1e300, 1, false),
        (1, .nan, 1e300, 1, false), (.infinity, .infinity, 0, 0, true), (.infinity, 1e308, 1e308, 1, false),
        (1e308, .infinity, .infinity, 1, false), (1, 2, -1, -1, false), (1, 2, .nan, .nan, false),
    ])
    func `forgives what the tolerance allows`(
        left: Double,
        right: Double,
        absolute: Double,
        relative: Double,
        isSame: Bool
    ) throws {
        let rule = try #require(NumberRule(.within(absolute: absolute, relative: relative)))
        #expect(rule.forgives(.decimal(left), .decimal(right)) == isSame)
    }

    @Test func `tells whole numbers apart that no double can`() throws {
        let rule = try #require(NumberRule(.within(absolute: 0, relative: 0)))
        #expect(!rule.forgives(.whole(9_007_199_254_740_993), .whole(9_007_199_254_740_992)))
        #expect(rule.forgives(.whole(2), .decimal(2)))
    }

    @Test func `takes the original as the measure`() throws {
        let rule = try #require(NumberRule(.within(absolute: 0, relative: 0.1)))
        #expect(rule.forgives(.decimal(100), .decimal(91)))
        #expect(!rule.forgives(.decimal(90), .decimal(100)))
    }

    @Test func `cannot be made of spread`() { #expect(NumberRule(.statistical) == nil) }
}
