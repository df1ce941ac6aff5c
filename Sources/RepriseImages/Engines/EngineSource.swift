/// The engine that one target uses, found when it is first needed. Asking again is free; a failure is not remembered, since
/// what is missing may be there the next time.
package typealias EngineSource = @Sendable () async throws -> (engine: any ContainerEngine, facts: EngineFacts)
