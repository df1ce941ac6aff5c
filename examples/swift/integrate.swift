// Estimates the volume of a ball by throwing points at a cube, and says how far the estimate is from the true value.
//
//     integrate SAMPLES DIMENSIONS SEED

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// SplitMix64: the same numbers for the same seed, on every machine.
struct SplitMix64 {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from -1 up to, but not including, 1, in steps of 2⁻⁵².
    mutating func coordinate() -> Double {
        Double(next() >> 11) * 0x1p-52 - 1
    }
}

/// The exact volume of a ball of radius 1.
func ballVolume(dimensions: Int) -> Double {
    switch dimensions {
    case 0: 1
    case 1: 2
    default: 2 * Double.pi / Double(dimensions) * ballVolume(dimensions: dimensions - 2)
    }
}

func fail(_ message: String) -> Never {
    print("integrate: \(message)")
    exit(2)
}

let words = CommandLine.arguments.dropFirst()
let numbers = words.compactMap { UInt64($0) }
guard words.count == 3, numbers.count == 3, numbers[0] > 0, (1...20).contains(numbers[1]) else {
    fail("three whole numbers, SAMPLES DIMENSIONS SEED, with 1 to 20 dimensions")
}
let (samples, dimensions) = (numbers[0], Int(numbers[1]))
var generator = SplitMix64(state: numbers[2])
var inside: UInt64 = 0
var estimate = 0.0
let truth = ballVolume(dimensions: dimensions)
let cube = Double(1 << dimensions)

for sample in 1...samples {
    var square = 0.0
    for _ in 0..<dimensions {
        let x = generator.coordinate()
        square += x * x
    }
    if square <= 1 { inside += 1 }
    if sample.nonzeroBitCount == 1 || sample == samples {
        estimate = cube * Double(inside) / Double(sample)
        print("::metric {\"step\": \(sample), \"estimate\": \(estimate), \"error\": \(abs(estimate - truth))}")
    }
}

guard let file = fopen("result.json", "w") else { fail("result.json cannot be written") }
fputs("{\"samples\": \(samples), \"inside\": \(inside), \"estimate\": \(estimate), \"truth\": \(truth)}\n", file)
guard fclose(file) == 0 else { fail("result.json cannot be written") }
