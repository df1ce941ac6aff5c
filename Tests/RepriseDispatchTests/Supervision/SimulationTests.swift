import RepriseTestKit
import Testing

@Suite struct `Supervisor, simulated` {
    /// A seed that once found something stays here.
    @Test(arguments: [UInt64(1), 2, 3, 5_672_943_209_432_869_868])
    func `known seeds hold`(seed: UInt64) {
        var simulation = Simulation(seed: seed)
        simulation.run(steps: 2000)
        #expect(simulation.problems.isEmpty, "seed \(seed): \(simulation.problems.prefix(5))")
        #expect(simulation.lives > 1, "seed \(seed) kills nobody")
    }

    @Test func `hundreds of fresh seeds hold`() {
        let first = UInt64.random(in: 0 ... .max / 2)
        for seed in first..<(first + 200) {
            var simulation = Simulation(seed: seed)
            simulation.run(steps: 250)
            if !simulation.problems.isEmpty {
                Issue.record("seed \(seed): \(simulation.problems.prefix(5))")
                return
            }
        }
    }
}
