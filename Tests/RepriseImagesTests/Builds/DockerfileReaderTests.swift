import RepriseModel
import Testing

@testable import RepriseImages

@Suite struct `Reading a Dockerfile` {
    private func read(_ text: String, _ arguments: [String: String] = [:]) throws -> RecipeReading {
        try DockerfileReader.read(text, file: "Dockerfile", arguments: arguments)
    }

    private func pinned(_ text: String, _ arguments: [String: String] = [:]) throws -> String {
        try read(text, arguments).pinned { "<\($0)>" }
            .replacing("ARG SOURCE_DATE_EPOCH=\(RecipeReading.sourceDate)\n", with: "")
    }

    @Test func `every base is replaced, and stages are none`() throws {
        let text = """
            # syntax=docker/dockerfile:1
            ARG VERSION=3.12 # not a comment: a second ARG with a strange name
            FROM --platform=linux/amd64 python:${VERSION}-slim AS build
            RUN echo "FROM other"
            from alpine:3 as tools
            FROM build AS same
            FROM scratch
            COPY --from=build /a /a
            COPY --chown=1:1 --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/
            COPY --from=0 /b /b

            """
        let reading = try read(text)
        #expect(reading.bases == ["python:3.12-slim", "alpine:3", "ghcr.io/astral-sh/uv:0.5"])
        #expect(reading.sources == .some([]))
        #expect(
            try pinned(text) == """
                # syntax=docker/dockerfile:1
                ARG VERSION=3.12 # not a comment: a second ARG with a strange name
                FROM --platform=linux/amd64 <python:3.12-slim> AS build
                RUN echo "FROM other"
                FROM <alpine:3> as tools
                FROM build AS same
                FROM scratch
                COPY --from=build /a /a
                COPY --chown=1:1 --from=<ghcr.io/astral-sh/uv:0.5> /uv /bin/
                COPY --from=0 /b /b

                """
        )
    }

    @Test func `an argument that is given wins over the default`() throws {
        let text = "ARG BASE=one:1\nARG TAG=${BASE}x\nFROM $BASE\nCOPY --from=${TAG} /a /a\n"
        #expect(try read(text).bases == ["one:1", "one:1x"])
        #expect(try read(text, ["BASE": "two:2"]).bases == ["two:2", "two:2x"])
    }

    @Test(arguments: [
        ("${A:-x}", "x"), ("${A-x}", "x"), ("${B:-x}", "b"), ("${B:+y}z", "yz"), ("i${A:+y}", "i"), ("$B:1", "b:1"),
        ("\\$B", "$B"), ("${A:-${B}}", "b"),
    ])
    func `variables are replaced as Docker does`(written: String, meant: String) throws {
        #expect(try read("ARG A\nARG B='b'\nFROM \(written)\n").bases == [meant])
    }

    @Test func `a base without a fixed name is refused with the way out`() throws {
        let unset = #expect(throws: Mistake.self) { try read("ARG BASE\nFROM $BASE\n") }
        #expect(unset?.what == "the base `$BASE` in `Dockerfile` cannot be pinned")
        #expect(unset?.why == "ARG `BASE` has no default, and no value was given")
        let unknown = #expect(throws: Mistake.self) { try read("FROM python:${V}\n") }
        #expect(unknown?.why == "no ARG `V` stands before the first FROM")
        #expect(throws: Mistake.self) { try read("RUN true\n") }
        #expect(throws: Mistake.self) { try read("FROM\n") }
    }

    @Test func `an argument that the recipe does not know is refused`() throws {
        let error = #expect(throws: Mistake.self) { try read("ARG VERSION=1\nFROM a:1\nARG LATER\n", ["VERSON": "2"]) }
        #expect(error?.fix == "did you mean `VERSION`?")
        #expect(try read("FROM a:1\nARG LATER\n", ["LATER": "2", "https_proxy": "x"]).bases == ["a:1"])
    }

    @Test(arguments: [
        ("COPY a.py src/ /app/", CopiedSources.some(["a.py", "src/"])),
        ("COPY --chown=1:1 --chmod=755 --link ./a /app/", .some(["./a"])),
        ("COPY [\"a b.txt\", \"c\", \"/app/\"]", .some(["a b.txt", "c"])),
        ("ADD *.txt /app/", .some(["*.txt"])),
        ("COPY a \\\n  # a comment\n  b \\\n\n  /app/", .some(["a", "b"])),
        ("COPY <<EOF /x\nCOPY y /y\nEOF\nCOPY z /z", .some(["z"])),
        ("RUN <<-'END' sh\n\tCOPY y /y\n\tEND\nCOPY z /z", .some(["z"])),
        ("RUN --mount=type=cache,target=/c pip install x\nADD https://x.org/y /y", .some([])),
        ("COPY . /app", .everything),
        ("COPY ../a /app", .everything),
        ("COPY $WHAT /app", .everything),
        ("COPY \"a b\" /app", .everything),
        ("RUN --mount=target=/src make", .everything),
        ("RUN --mount=type=bind,source=a,target=/src make", .everything),
        ("RUN --mount=type=bind,from=a:1,target=/src make", .some([])),
        ("SOMETHING new", .everything),
    ])
    func `what is copied is found, and what is not understood is everything`(
        _ instructions: String,
        _ sources: CopiedSources
    ) throws {
        #expect(try read("FROM a:1\n\(instructions)\n").sources == sources)
    }

    @Test func `an image that a command mounts is a base, too`() throws {
        let text = "FROM a:1\nRUN --mount=from=b:2,target=/b --mount=type=bind,from=c:3,target=/c true\n"
        #expect(try read(text).bases == ["a:1", "b:2", "c:3"])
        #expect(
            try pinned(text)
                == "FROM <a:1>\nRUN --mount=from=<b:2>,target=/b --mount=type=bind,from=<c:3>,target=/c true\n"
        )
    }

    @Test func `another escape character is respected, and a recipe may end without a line end`() throws {
        let text = "# escape=`\nFROM a:1\nCOPY a `\n b /c"
        #expect(try read(text).sources == .some(["a", "b"]))
        #expect(try pinned(text).hasSuffix("COPY a `\n b /c\n"))
    }

    @Test func `what lies behind an address is told`() throws {
        #expect(try read("FROM a:1\nADD https://x.org/y /y\n").notes.count == 1)
    }
}
