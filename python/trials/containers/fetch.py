"""Where images come from: every kind of reference; pulled once for many runs; kept when the registry is gone; tags that move."""

import subprocess

from containers import registry
from patience import Failed, ending
from trying import all_of

LAUNCHES, RUNS = 4, 25


def written(project, reference, command="cat /marker", name="trial", more=""):
    project.write(f"{name}.exp.yaml", f"name: {name}\nparameters: {{index: 0}}\ncommand: [sh, -c, '{command}']\n"
                  f"environment: {{image: '{reference}'}}\n{more}")
    return f"{name}.exp.yaml"


def printed(project, run="@last"):
    return (project.store / "runs" / project.show(run)["request"]["id"] / "stdout.log").read_text()


def references(world, options):
    folder = world.variables["REPRISE_TEST_IMAGES"]
    kinds = [f"docker-archive:{folder}/busybox.tar", f"oci-archive:{folder}/busybox.oci.tar", f"oci:{folder}/busybox.oci", f"oci:{folder}/busybox.oci:1"]
    if world.engine == "apptainer":
        kinds.append(f"{folder}/busybox.sif")
    else:
        kinds.append("localhost/reprise-test:1")
    if registry.reachable(world):
        host = world.variables["REPRISE_TEST_REGISTRY"]
        repository = registry.fresh("kinds")
        digest = registry.pushed(world, registry.made("kinds"), repository)
        kinds += [f"{host}/{repository}:1", f"{host}/{repository}@{digest}"]
        if world.engine == "apptainer":
            world.run("apptainer", "push", "--no-https", "--allow-unsigned", f"{folder}/busybox.sif", f"oras://{host}/{repository}-sif:1")
            kinds.append(f"oras://{host}/{repository}-sif:1")
    failures, ids = [], {}
    with world.project(options) as project:
        for number, reference in enumerate(kinds):
            file = written(project, reference, command="busybox echo ran", name=f"kind{number}")
            done = project.reprise("run", file, "--quiet", expecting=None)
            if done.returncode:
                failures.append(f"{reference}: {done.stderr or done.stdout}")
                continue
            ids[reference] = project.show()["request"]["steps"][0]["environment"]["image"]["id"]
    if failures:
        raise Failed("\n".join(failures))
    same = {found for reference, found in ids.items() if "busybox.tar" in reference or "busybox.oci" in reference or reference.startswith("localhost/")}
    if len(same) != 1:
        raise Failed(f"one image under different ids: {ids}")


def once(world, options):
    registry.needed(world)
    with registry.Detour(world) as detour, world.project(options) as project:
        repository = registry.fresh("once")
        registry.pushed(world, registry.made("once"), repository)
        launches = []
        for launch in range(LAUNCHES):
            file = written(project, f"{detour.host}/{repository}:1", command="busybox cat /marker", name=f"launch{launch}", more=f'sweep: {{grid: {{index: "range(0, {RUNS})"}}}}\n')
            launches.append(project.start("run", file, "--quiet", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
        for launch in launches:
            words = ending(launch)
            if launch.returncode:
                raise Failed(f"a launch ended with {launch.returncode}: {words}")
        states = [run["state"] for run in project.runs()]
        if states != ["finished"] * (LAUNCHES * RUNS):
            raise Failed(f"{len(states)} runs, of which {states.count('finished')} finished")
        if not detour.large or set(detour.large.values()) != {1}:
            raise Failed(f"fetched so often: {detour.large}")
        removed(world, project)


def kept(world, options):
    registry.needed(world)
    with registry.Detour(world) as detour, world.project(options) as project:
        repository = registry.fresh("kept")
        registry.pushed(world, registry.made("kept"), repository)
        reference = f"{detour.host}/{repository}:1"
        file = written(project, reference)
        project.reprise("run", file, "--quiet")
        project.reprise("image", "keep", reference)
        detour.stop()
        removed(world, project)
        project.reprise("run", file, "--quiet")
        if printed(project) != "kept":
            raise Failed(f"it ran something else: {printed(project)}")
        removed(world, project)
        project.reprise("repeat", "@last", "--quiet")
        if printed(project) != "kept":
            raise Failed(f"repeat ran something else: {printed(project)}")
        removed(world, project)


def moved(world, options):
    registry.needed(world)
    with world.project(options) as project:
        repository = registry.fresh("moved")
        registry.pushed(world, registry.made("first"), repository)
        reference = f"{world.variables['REPRISE_TEST_REGISTRY']}/{repository}:1"
        file = written(project, reference)
        project.reprise("run", file, "--quiet")
        registry.pushed(world, registry.made("second"), repository)
        said = project.reprise("run", file).stderr
        if printed(project) != "first":
            raise Failed(f"the frozen image was not used: {printed(project)}")
        if world.engine != "apptainer":
            world.run(world.engine, "pull", "-q", *(["--tls-verify=false"] if world.engine == "podman" else []), reference)
            said = project.reprise("run", file).stderr
            if "moved" not in said:
                raise Failed(f"nobody was told that the engine's tag moved: {said}")
        update = project.reprise("image", "pull", "--update", reference)
        said += update.stdout + update.stderr
        project.reprise("run", file, "--quiet")
        if printed(project) != "second":
            raise Failed(f"the moved image was not used after --update: {printed(project)}")
        if "moved" not in said:
            raise Failed(f"nobody was told that the tag moved: {said}")
        removed(world, project)


def removed(world, project):
    """Takes the images of the last run away from the engine, as somebody's cleaning does."""
    for step in project.show()["request"]["steps"]:
        identity = step["environment"]["image"]["id"].removeprefix("sha256:")
        if world.engine in ("podman", "docker"):
            world.run(world.engine, "rmi", "-f", identity, check=False)
        else:
            for file in (project.store / "images").rglob("*.sif"):
                if "apptainer" in file.parts:
                    file.unlink()


TRIALS = {"every kind of reference": references, f"{LAUNCHES * RUNS} runs of {LAUNCHES} launches at once pull once": once,
          "a kept image needs no registry": kept, "a tag that moved": moved}


def tried(options):
    return all_of(lambda world: TRIALS if world.engine else {}, options.worlds, options)
