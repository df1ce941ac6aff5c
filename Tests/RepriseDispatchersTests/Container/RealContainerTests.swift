import RepriseDispatch
import RepriseImages
import RepriseModel
import RepriseSystem
import RepriseTestKit
import Testing

@testable import RepriseDispatchers

@Suite(.serialized, .enabled(if: TestEngine.podman.isUp, TestEngine.podman.absence))
struct `Real jobs in Podman` {
    private let checks = ContainerChecks(.podman)

    @Test func `they keep the contract`() async throws { try await checks.keepTheContract() }
    @Test func `they see what they may and no more`() async throws { try await checks.seeWhatTheyMay() }
    @Test func `paths are the same inside, whatever they are called`() async throws { try await checks.keepPaths() }
    @Test func `a read-only root takes nothing`() async throws { try await checks.keepTheRoot() }
    @Test(arguments: [false, true])
    func `a job outlives its client`(isAdopted: Bool) async throws { try await checks.outliveTheClient(isAdopted) }
    @Test func `a container that somebody removes is told`() async throws { try await checks.noticeRemoval() }
    @Test func `an image that is gone is told`() async throws { try await checks.noticeAMissingImage() }
    @Test func `a container that never began is removed`() async throws { try await checks.clearWhatNeverBegan() }
    @Test func `what it used is told`() async throws { try await checks.tellWhatTheyUsed() }
    @Test func `nothing is left of what is killed at any moment`() async throws { try await checks.surviveKills() }
    @Test func `launch.sh works by hand`() async throws { try await checks.launchByHand() }
}

@Suite(.serialized, .enabled(if: TestEngine.docker.isUp, TestEngine.docker.absence))
struct `Real jobs in Docker` {
    private let checks = ContainerChecks(.docker)

    @Test func `they keep the contract`() async throws { try await checks.keepTheContract() }
    @Test func `they see what they may and no more`() async throws { try await checks.seeWhatTheyMay() }
    @Test func `paths are the same inside, whatever they are called`() async throws { try await checks.keepPaths() }
    @Test func `a read-only root takes nothing`() async throws { try await checks.keepTheRoot() }
    @Test(arguments: [false, true])
    func `a job outlives its client`(isAdopted: Bool) async throws { try await checks.outliveTheClient(isAdopted) }
    @Test func `a container that somebody removes is told`() async throws { try await checks.noticeRemoval() }
    @Test func `an image that is gone is told`() async throws { try await checks.noticeAMissingImage() }
    @Test func `a container that never began is removed`() async throws { try await checks.clearWhatNeverBegan() }
    @Test func `what it used is told`() async throws { try await checks.tellWhatTheyUsed() }
    @Test func `nothing is left of what is killed at any moment`() async throws { try await checks.surviveKills() }
    @Test func `a script that has no memory left is told of`() async throws { try await checks.tellOfMemory() }
    @Test func `launch.sh works by hand`() async throws { try await checks.launchByHand() }
}
