"""The supervisor is killed at random moments while containers run: each run is executed once, keeps its exit status, leaves nothing."""

import random

from containers.same import image
from storm import LEAST, expect_kept, storm
from trying import attempted, on_each
from patience import Failed


def tried(options):
    problems, kills = [], []

    def enter(world):
        if world.engine:
            attempted(problems, world, f"{options.runs} runs, seed {options.seed}", killed, options, kills)

    on_each(options.worlds, enter)
    return f"{sum(kills)} kills on {len(kills)} engines during {options.runs} container runs each, {len(problems)} lost something", not problems


def killed(world, options, kills):
    source = random.Random(f"{options.seed} {world.name}")
    with world.project(options) as project, world.tally(project) as tally:
        count = options.runs
        project.write("kill.exp.yaml", f"""name: kill
parameters: {{index: 0}}
command: |
  {tally.note}
  echo "{{\\"step\\": 1, \\"index\\": {{{{ index }}}}}}" >> "$REPRISE_METRICS"
  {tally.hold}
  sleep 0.3
  exit $(({{{{ index }}}} % 4))
environment: {image(world, "busybox")}
sweep: {{grid: {{index: "range(0, {count})"}}}}
""")
        project.reprise("run", "kill.exp.yaml", "--detach", "--quiet")
        done = storm(project, source, tally)
        project.reprise("wait", "--all", "--quiet", expecting=None)
        if done < LEAST:
            raise Failed(f"only {done} supervisors were killed")
        kills.append(done)
        expect_kept(project, count, tally)
