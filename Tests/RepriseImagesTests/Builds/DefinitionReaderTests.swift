import RepriseModel
import Testing

@testable import RepriseImages

@Suite struct `Reading a definition` {
    private func read(_ text: String, _ arguments: [String: String] = [:]) throws -> RecipeReading {
        try DefinitionReader.read(text, file: "tools.def", arguments: arguments)
    }

    @Test func `bases of all stages are replaced, and files of other stages are no sources`() throws {
        let text = """
            # two stages
            Bootstrap: docker
            From: golang:1.22 # a comment
            Stage: build

            %files
                main.go /src/
                # nothing.go
            %post
                cd /src && go build
            Bootstrap: localimage
            From: base.sif
            Stage: final

            %files from build
                /src/main /bin/main
            %files
                data/*.csv /data/
            %labels
                From: me

            """
        let reading = try read(text)
        #expect(reading.bases == ["docker://golang:1.22", "base.sif"])
        #expect(reading.sources == .some(["main.go", "data/*.csv"]))
        #expect(
            reading.pinned { "<\($0)>\n" } == """
                <docker://golang:1.22>
                Stage: build
                # two stages

                %files
                    main.go /src/
                    # nothing.go
                %post
                export SOURCE_DATE_EPOCH=315619200
                    cd /src && go build
                <base.sif>
                Stage: final

                %files from build
                    /src/main /bin/main
                %files
                    data/*.csv /data/
                %labels
                    From: me

                """
        )
    }

    @Test func `arguments are put in, and defaults where none are given`() throws {
        let text =
            "Bootstrap: docker\nFrom: {{ BASE }}:{{TAG}}\n%arguments\n  BASE=python\n  TAG = 3.12\n%files\n  {{ FILE }} /\n"
        #expect(try read(text).bases == ["docker://python:3.12"])
        #expect(try read(text).sources == .everything)
        let given = try read(text, ["BASE": "alpine", "FILE": "a.txt"])
        #expect(given.bases == ["docker://alpine:3.12"])
        #expect(given.sources == .some(["a.txt"]))
        #expect(given.arguments.isEmpty)
        let error = #expect(throws: Mistake.self) { try read(text, ["BSE": "x"]) }
        #expect(error?.fix == "did you mean `BASE`?")
    }

    @Test(arguments: [
        ("docker\nRegistry: r.org\nNamespace: lab\nFrom: tool:1", ["docker://r.org/lab/tool:1"]),
        ("oras\nFrom: r.org/lab/tool.sif:1", ["oras://r.org/lab/tool.sif:1"]),
        ("docker-archive\nFrom: a.tar", ["docker-archive:a.tar"]),
        ("scratch", []),
        ("debootstrap\nOSVersion: bookworm\nMirrorURL: http://deb.debian.org/debian", []),
    ])
    func `a base is named as everywhere else`(header: String, bases: [String]) throws {
        #expect(try read("BootStrap: \(header)\n\n%post\n  true\n").bases == bases)
    }

    @Test func `a header without images stays as it is`() throws {
        let text = "Bootstrap: debootstrap\nOSVersion: bookworm\nMirrorURL: http://x\n%post\n  true\n"
        let reading = try read(text)
        #expect(reading.pinned { $0 } == text.replacing("%post", with: "%post\nexport SOURCE_DATE_EPOCH=315619200"))
        #expect(
            reading.notes == ["`tools.def` begins with the packages that `debootstrap` finds: they cannot be pinned"]
        )
    }

    @Test func `a base that cannot be pinned is refused with the way out`() throws {
        let library = #expect(throws: Mistake.self) { try read("Bootstrap: library\nFrom: alpine\n") }
        #expect(library?.what == "the base of `tools.def` cannot be pinned: `Bootstrap: library`")
        #expect(throws: Mistake.self) { try read("Bootstrap: docker\nFrom: {{ BASE }}\n") }
        #expect(throws: Mistake.self) { try read("Bootstrap: docker\n%post\n true\n") }
        #expect(throws: Mistake.self) { try read("%post\n true\n") }
        #expect(throws: Mistake.self) { try read("") }
    }

    @Test(arguments: [
        "%files\n  /etc/hosts /", "%setup\n  cp x $APPTAINER_ROOTFS", "%files\n  \"a b\" /", "%appfiles x\n  . /",
    ])
    func `what is not understood counts as everything`(sections: String) throws {
        #expect(try read("Bootstrap: scratch\n\(sections)\n").sources == .everything)
    }
}
