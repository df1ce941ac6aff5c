import GRDB
import RepriseModel
import Testing

@testable import RepriseStore

@Suite struct `The health of a store` {
    @Test func `is good for a new one`() throws {
        #expect(try StoreFixture().store.damage().isEmpty)
    }

    @Test func `is not where runs belong to no project, or rows to no run`() async throws {
        let fixture = try StoreFixture()
        let run = try await fixture.clientRun()
        let connection = try connect(to: fixture.store.folder)
        try await connection.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA foreign_keys = OFF;
                    UPDATE run SET project = 'gone';
                    INSERT INTO tag VALUES (999, 'a', 'b')
                    """
            )
        }
        #expect(
            try fixture.store.damage() == [
                "1 runs belong to a project that is not there", "a row of `tag` refers to nothing",
            ]
        )
        #expect(try fixture.store.run(run).request.project == "gone")
    }
}
