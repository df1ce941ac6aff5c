import RepriseSystem
import RepriseTracking
import Testing

@Suite struct `Leaving a tracker alone` {
    private struct Fixed: Entropy {
        let bits: UInt64
        func next() -> UInt64 { bits }
    }

    @Test func `twice as long after each failure, up to a limit`() {
        let backOff = BackOff(first: .seconds(2), longest: .seconds(600))
        let all = Fixed(bits: .max)
        #expect((1...4).map { Int(backOff.pause(after: $0, all).components.seconds) } == [2, 4, 8, 16])
        #expect(backOff.pause(after: 1000, all) <= .seconds(600))
        #expect(backOff.pause(after: 1000, all) > .seconds(599))
    }

    @Test func `never less than half of it`() {
        let backOff = BackOff(first: .seconds(2), longest: .seconds(600))
        #expect(backOff.pause(after: 1, Fixed(bits: 0)) == .seconds(1))
        #expect(backOff.pause(after: 3, Fixed(bits: 0)) == .seconds(4))
    }
}
