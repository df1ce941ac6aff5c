extension RecipeTemplate {
    static let python = RecipeTemplate(
        name: "python",
        about: "Python with packages from requirements.txt, by pip",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # Reprise pins the base by digest when it builds; `reprise image build` builds ahead of the first run.
                ARG BASE=docker.io/library/python:3.12-slim
                FROM ${BASE}

                # Copied alone, so that a change of code builds nothing. Exact versions make a build mean the same tomorrow:
                # `pip freeze` writes them.
                COPY requirements.txt /opt/requirements.txt
                RUN pip install --no-cache-dir -r /opt/requirements.txt

                """
            ), requirements,
        ]
    )

    static let uv = RecipeTemplate(
        name: "python-uv",
        about: "Python with packages from pyproject.toml and uv.lock, by uv",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # Write the lock file with `uv lock` before the first build.
                ARG BASE=docker.io/library/python:3.12-slim
                ARG UV=ghcr.io/astral-sh/uv:0.5.14
                FROM ${UV} AS uv
                FROM ${BASE}

                COPY --from=uv /uv /bin/uv
                # Beside the code and not in it, since the working directory belongs to each run.
                ENV UV_PROJECT_ENVIRONMENT=/opt/environment UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
                COPY pyproject.toml uv.lock /opt/project/
                RUN cd /opt/project && uv sync --locked --no-install-project --no-cache
                ENV PATH=/opt/environment/bin:$PATH

                """
            ),
            (
                "pyproject.toml",
                """
                [project]
                name = "experiment"
                version = "0"
                requires-python = ">=3.12"
                dependencies = [
                    # "numpy",
                ]

                """
            ),
            (
                "uv.lock",
                """
                version = 1
                requires-python = ">=3.12"

                [[package]]
                name = "experiment"
                version = "0"
                source = { virtual = "." }

                """
            ),
        ]
    )

    static let conda = RecipeTemplate(
        name: "python-conda",
        about: "packages from environment.yml, by conda (micromamba)",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # `micromamba env export` writes exact versions into environment.yml.
                ARG BASE=docker.io/mambaorg/micromamba:2.0.5
                FROM ${BASE}

                # Runs have your own user's ids, whoever that is: what they need belongs to root and is readable by all.
                USER root
                COPY environment.yml /opt/environment.yml
                RUN micromamba install --yes --name base --file /opt/environment.yml && micromamba clean --all --yes
                # Runs start programs without the image's entrypoint, which would activate the environment.
                ENV PATH=/opt/conda/bin:$PATH

                """
            ), condaEnvironment,
        ]
    )

    static let cuda = RecipeTemplate(
        name: "cuda",
        about: "CUDA, cuDNN and Python with packages from requirements.txt",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # The driver is the machine's; what stands here must not be newer than it knows (`nvidia-smi` shows it).
                ARG BASE=docker.io/nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04
                FROM ${BASE}

                RUN apt-get update \\
                    && apt-get install --yes --no-install-recommends python3 python3-pip python-is-python3 \\
                    && rm -rf /var/lib/apt/lists/*
                COPY requirements.txt /opt/requirements.txt
                RUN pip install --no-cache-dir -r /opt/requirements.txt

                """
            ), requirements,
        ]
    )

    static let r = RecipeTemplate(
        name: "r",
        about: "R with packages from packages.R",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # This base installs from CRAN as it was when that version of R was current, so that packages are pinned, too.
                ARG BASE=docker.io/rocker/r-ver:4.4.2
                FROM ${BASE}

                COPY packages.R /opt/packages.R
                RUN Rscript /opt/packages.R

                """
            ), rPackages,
        ]
    )

    static let julia = RecipeTemplate(
        name: "julia",
        about: "Julia with packages from Project.toml and Manifest.toml",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                ARG BASE=docker.io/library/julia:1.11.2-bookworm
                FROM ${BASE}

                # Packages lie where every user may read them; what Julia writes at run time goes to the home of whoever runs it.
                ENV JULIA_DEPOT_PATH=/opt/julia JULIA_PROJECT=/opt/project
                COPY Project.toml Manifest.tom[l] /opt/project/
                RUN julia -e 'using Pkg; Pkg.instantiate(); Pkg.precompile()'
                ENV JULIA_DEPOT_PATH=~/.julia:/opt/julia

                """
            ),
            (
                "Project.toml",
                """
                # Written by `julia --project=. -e 'using Pkg; Pkg.add("CSV")'`, with exact versions in Manifest.toml.
                [deps]

                """
            ),
        ]
    )

    static let system = RecipeTemplate(
        name: "debian",
        about: "programs and compilers from Debian's packages",
        files: [
            (
                "Dockerfile",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                ARG BASE=docker.io/library/debian:bookworm-slim
                FROM ${BASE}

                # Packages as they were on one day, for ever; take the line away for those of today.
                ARG DAY=20250101T000000Z
                RUN sed -i "s|http://deb.debian.org/debian|http://snapshot.debian.org/archive/debian/${DAY}|" \\
                    /etc/apt/sources.list.d/debian.sources
                RUN apt-get -o Acquire::Check-Valid-Until=false update \\
                    && apt-get install --yes --no-install-recommends build-essential cmake \\
                    && rm -rf /var/lib/apt/lists/*

                """
            )
        ]
    )

    static let requirements = (
        name: "requirements.txt",
        text: """
        # One package a line, with its exact version:
        # numpy==2.2.1

        """
    )

    static let condaEnvironment = (
        name: "environment.yml",
        text: """
        channels: [conda-forge]
        dependencies:
          - python=3.12
          # - numpy=2.2.1

        """
    )

    static let rPackages = (
        name: "packages.R",
        text: """
        # Each package that the experiment needs, in quotes: c("jsonlite", "data.table")
        packages <- c()
        if (length(packages) > 0) install.packages(packages)
        # install.packages only warns of what it could not install.
        stopifnot(all(packages %in% rownames(installed.packages())))

        """
    )
}
