import RepriseModel

/// What a target can give to jobs at one time. nil means: no bound, or the engine's own business.
package struct Capacity: Hashable, Sendable {
    /// How many jobs at once.
    package var slots: Int?
    package var cpus: Int?
    /// Bytes.
    package var memory: Int64?
    /// The numbers of the GPUs that jobs may be given; nil where the engine gives them out.
    package var gpus: [Int]?
    /// The processors that jobs are pinned to; empty where they are not.
    package var processors: [Int]

    package init(
        slots: Int? = nil,
        cpus: Int? = nil,
        memory: Int64? = nil,
        gpus: [Int]? = nil,
        processors: [Int] = []
    ) {
        self.slots = slots
        self.cpus = cpus
        self.memory = memory
        self.gpus = gpus
        self.processors = processors
    }

    /// Everything may be submitted at once.
    package static let unbounded = Capacity()

    /// Why a job that asks for this can never run here; nil where it can.
    package func impossibility(_ resources: Resources) -> String? { Occupancy(self).impossibility(Demand(resources)) }
}

/// What one job takes while it runs.
struct Demand: Hashable {
    var cpus: Int
    var memory: Int64
    var gpus: Int
    var disk: Int64

    init(_ resources: Resources) {
        cpus = max(1, resources.cpus ?? 1)
        memory = resources.memory ?? 0
        gpus = resources.gpus ?? 0
        disk = resources.disk ?? 0
    }
}

/// What is taken of a capacity, and what is left.
struct Occupancy {
    let capacity: Capacity
    private(set) var slots = 0
    private(set) var cpus = 0
    private(set) var memory: Int64 = 0
    private var gpus: Devices
    private var processors: Devices
    /// Free bytes of disk when somebody last looked; nil where nobody did.
    var freeDisk: Int64?

    init(_ capacity: Capacity) {
        self.capacity = capacity
        gpus = Devices(all: (capacity.gpus ?? []).sorted())
        processors = Devices(all: capacity.processors.sorted())
    }

    /// Why such a job can never run here; nil where it can.
    func impossibility(_ demand: Demand) -> String? {
        if let slots = capacity.slots, slots < 1 { return "its target has no slot" }
        if let cpus = capacity.cpus, demand.cpus > cpus {
            return "asks for \(counted(demand.cpus, "cpu")), this machine has \(cpus)"
        }
        if let memory = capacity.memory, demand.memory > memory {
            return "asks for \(Quantities.text(bytes: demand.memory)) of memory, this machine has "
                + Quantities.text(bytes: memory)
        }
        if let gpus = capacity.gpus, demand.gpus > gpus.count {
            return "asks for \(counted(demand.gpus, "GPU")), this machine has \(gpus.count)"
        }
        return nil
    }

    /// What such a job waits for now; nil where there is room. With `besides`, room must be left for that one too.
    func obstacle(_ demand: Demand, besides other: Demand? = nil) -> String? {
        if let total = capacity.slots, slots + (other == nil ? 0 : 1) >= total {
            return "waits for a slot: \(slots) of \(total) taken"
        }
        if let total = capacity.cpus, cpus + demand.cpus + (other?.cpus ?? 0) > total {
            return "waits for \(counted(demand.cpus, "cpu")): \(max(0, total - cpus)) of \(total) free"
        }
        if demand.memory > 0, let total = capacity.memory, memory + demand.memory + (other?.memory ?? 0) > total {
            return "waits for \(Quantities.text(bytes: demand.memory)) of memory: "
                + "\(Quantities.text(bytes: max(0, total - memory))) free"
        }
        if demand.gpus > 0, capacity.gpus != nil, demand.gpus + (other?.gpus ?? 0) > gpus.free.count {
            return "waits for \(counted(demand.gpus, "GPU")): \(gpus.free.count) free"
        }
        if lacksDisk(demand), let freeDisk {
            return "waits for \(Quantities.text(bytes: demand.disk)) of disk: \(Quantities.text(bytes: freeDisk)) free"
        }
        return nil
    }

    func lacksDisk(_ demand: Demand) -> Bool {
        guard demand.disk > 0, let freeDisk else { return false }
        return demand.disk > freeDisk
    }

    /// Takes what the job needs. One that runs already takes it also where that is more than there is.
    mutating func take(_ demand: Demand, holding: JobHoldings? = nil) -> JobHoldings {
        slots += 1
        cpus += demand.cpus
        memory += demand.memory
        let given =
            holding
            ?? JobHoldings(
                gpus: Array(gpus.free.prefix(demand.gpus)),
                processors: processors.free.count >= demand.cpus ? Array(processors.free.prefix(demand.cpus)) : []
            )
        gpus.take(given.gpus)
        processors.take(given.processors)
        return given
    }

    mutating func giveBack(_ demand: Demand, _ holding: JobHoldings) {
        slots -= 1
        cpus -= demand.cpus
        memory -= demand.memory
        gpus.giveBack(holding.gpus)
        processors.giveBack(holding.processors)
    }
}

/// Numbered devices, each free or taken.
private struct Devices {
    let all: [Int]
    /// How many jobs hold each: after a restart a job that has ended unnoticed may hold what another got since.
    private var holders: [Int: Int] = [:]

    init(all: [Int]) { self.all = all }

    var free: [Int] { all.filter { holders[$0] == nil } }

    mutating func take(_ devices: [Int]) {
        for device in devices { holders[device, default: 0] += 1 }
    }

    mutating func giveBack(_ devices: [Int]) {
        for device in devices {
            let left = (holders[device] ?? 1) - 1
            holders[device] = left > 0 ? left : nil
        }
    }
}

private func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }
