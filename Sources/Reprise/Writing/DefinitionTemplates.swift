extension RecipeTemplate {
    static let apptainerPython = RecipeTemplate(
        name: "apptainer-python",
        about: "for Apptainer: Python with packages from requirements.txt, by pip",
        files: [
            (
                "environment.def",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # Reprise pins the base by digest when it builds; `reprise image build` builds ahead of the first run.
                Bootstrap: docker
                From: {{ BASE }}

                %arguments
                    BASE=docker.io/library/python:3.12-slim

                %files
                    requirements.txt /opt/requirements.txt

                %post
                    pip install --no-cache-dir -r /opt/requirements.txt

                """
            ), requirements,
        ]
    )

    static let apptainerConda = RecipeTemplate(
        name: "apptainer-conda",
        about: "for Apptainer: packages from environment.yml, by conda (micromamba)",
        files: [
            (
                "environment.def",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                Bootstrap: docker
                From: {{ BASE }}

                %arguments
                    BASE=docker.io/mambaorg/micromamba:2.0.5

                %files
                    environment.yml /opt/environment.yml

                %post
                    export MAMBA_ROOT_PREFIX=/opt/conda
                    micromamba install --yes --name base --file /opt/environment.yml
                    micromamba clean --all --yes

                %environment
                    export PATH=/opt/conda/bin:$PATH

                """
            ), condaEnvironment,
        ]
    )

    static let apptainerCUDA = RecipeTemplate(
        name: "apptainer-cuda",
        about: "for Apptainer: CUDA, cuDNN and Python with packages from requirements.txt",
        files: [
            (
                "environment.def",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                # The driver is the machine's; what stands here must not be newer than it knows (`nvidia-smi` shows it).
                Bootstrap: docker
                From: {{ BASE }}

                %arguments
                    BASE=docker.io/nvidia/cuda:12.4.1-cudnn-runtime-ubuntu22.04

                %files
                    requirements.txt /opt/requirements.txt

                %post
                    apt-get update
                    apt-get install --yes --no-install-recommends python3 python3-pip python-is-python3
                    rm -rf /var/lib/apt/lists/*
                    pip install --no-cache-dir -r /opt/requirements.txt

                """
            ), requirements,
        ]
    )

    static let apptainerR = RecipeTemplate(
        name: "apptainer-r",
        about: "for Apptainer: R with packages from packages.R",
        files: [
            (
                "environment.def",
                """
                # The environment of the experiment, not its code: that is mounted, as the snapshot froze it.
                Bootstrap: docker
                From: {{ BASE }}

                %arguments
                    BASE=docker.io/rocker/r-ver:4.4.2

                %files
                    packages.R /opt/packages.R

                %post
                    Rscript /opt/packages.R

                """
            ), rPackages,
        ]
    )
}
