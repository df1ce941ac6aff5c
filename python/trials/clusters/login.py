"""A login node of a trial's own, which may go away while everything else stays."""

import contextlib
import os
import pathlib
import signal
import socket

from patience import until


class Login:
    """An sshd that the world's user alone can enter. `words` are those behind `ssh`."""

    def __init__(self, project):
        self.world, self.place, self.process = project.world, project.place, None
        option, conf, self.host = self.world.variables["REPRISE_TEST_SSH"].split()
        settings = dict(line.split(None, 1) for line in pathlib.Path(conf).read_text().splitlines() if line.strip())
        self.key = pathlib.Path(settings["IdentityFile"] + ".pub").read_text()
        port = free_port()
        self.world.run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.place / "host-key")
        self.write("known", f"[127.0.0.1]:{port} {' '.join((self.place / 'host-key.pub').read_text().split()[:2])}\n")
        settings.update(Port=port, UserKnownHostsFile=self.place / "known")
        self.write("login.conf", "".join(f"{name} {value}\n" for name, value in settings.items()))
        self.write("sshd.conf", f"""ListenAddress 127.0.0.1
Port {port}
HostKey {self.place}/host-key
PidFile none
AuthorizedKeysFile {self.place}/keys
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
SetEnv SLURM_CONF={self.world.variables['SLURM_CONF']}
""")
        self.words = f"{option} {self.place}/login.conf {self.host}"

    def write(self, name, text):
        (self.place / name).write_text(text)
        self.world.own(self.place / name)

    def come(self):
        """The machine is there, and lets the user in."""
        self.write("keys", self.key)
        if not self.process:
            with (self.place / "sshd.log").open("a") as log:
                self.process = self.world.popen(["/usr/sbin/sshd", "-D", "-e", "-f", self.place / "sshd.conf"], stdout=log, stderr=log)
        until(lambda: self.tried().returncode == 0, lambda: f"nobody can log in: {self.tried().stderr}{(self.place / 'sshd.log').read_text()}")

    def go(self):
        """The machine is gone, with all connections."""
        sessions = descendants(self.process.pid)
        self.process.kill()
        self.process.wait()
        self.process = None
        self.cut(sessions)

    def refuse(self):
        """The machine is there, and lets nobody in any more."""
        self.write("keys", "")
        self.cut(descendants(self.process.pid))

    def cut(self, sessions):
        def is_shut():
            for process in sessions | (descendants(self.process.pid) if self.process else set()):
                with contextlib.suppress(OSError):
                    if pathlib.Path(f"/proc/{process}/comm").read_text().startswith("sshd"):
                        os.kill(process, signal.SIGKILL)
            return self.tried().returncode == 255

        until(is_shut, lambda: "one can still log in")

    def tried(self):
        option, conf, host = self.words.split()
        return self.world.run("ssh", option, conf, "-o", "BatchMode=yes", host, "true", check=False)

    def close(self):
        if self.process:
            self.go()


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def descendants(process):
    """The processes that a process has begun, and those that these have."""
    children = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            children.setdefault(int(path.read_text().rpartition(")")[2].split()[1]), set()).add(int(path.parent.name))
    found, new = set(), {process}
    while new:
        new = set().union(*(children.get(one, set()) for one in new)) - found
        found |= new
    return found
