import RepriseStore
import Testing

@Suite struct `The health of a store` {
    @Test func `a sound store has no damage`() throws {
        let fixture = try StoreFixture()
        #expect(try fixture.open().damage() == [])
    }
}
