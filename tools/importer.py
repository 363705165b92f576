"""Have galaxy-importer look at the collection as Ansible Galaxy would: `make importer`. Needs a package index, once.

galaxy-importer wants older versions of packages than .venv has (attrs below 24, flake8 below 7): it gets an environment
for itself. It ends with status 0 whatever it finds, so what it says decides.
"""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import check
import install

ENVIRONMENT = install.CACHE / "importer"
GALAXY_IMPORTER = "galaxy-importer==0.4.44"
# Its own run of ansible-test takes a container or root; `make sanity` has that.
SETTINGS = """\
[galaxy-importer]
RUN_ANSIBLE_DOC = True
RUN_ANSIBLE_LINT = True
RUN_ANSIBLE_TEST = False
"""
FINISHED = "Importer processing completed successfully"


def main() -> int:
    """Install galaxy-importer if need be, build the collection and hand it over; 0 if it finds no error."""
    python = environment()
    with tempfile.TemporaryDirectory(prefix="importer-") as scratch:
        settings = Path(scratch) / "galaxy-importer.cfg"
        settings.write_text(SETTINGS)
        env = {
            **check.env(),
            "GALAXY_IMPORTER_CONFIG": str(settings),
            "PATH": os.pathsep.join([str(python.parent), os.environ.get("PATH", os.defpath)]),
        }
        # It finds the collections that this one needs in its own environment, and no settings of the checkout.
        for name in ("ANSIBLE_CONFIG", "ANSIBLE_COLLECTIONS_PATH"):
            del env[name]
        build = [str(check.BIN / "ansible-galaxy"), "collection", "build", "--output-path", scratch]
        subprocess.run(build, cwd=check.CHECKOUT, env=check.env(), check=True)
        (archive,) = Path(scratch).glob("*.tar.gz")
        command = [str(python), "-m", "galaxy_importer.main", str(archive)]
        done = subprocess.run(
            command, cwd=scratch, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
    print(done.stdout, end="")
    return 0 if done.returncode == 0 and is_accepted(done.stdout) else 1


def is_accepted(said: str) -> bool:
    """Whether galaxy-importer went through to its end without an error."""
    lines = said.splitlines()
    return any(FINISHED in line for line in lines) and not any(line.startswith("ERROR") for line in lines)


def environment() -> Path:
    """The Python of galaxy-importer's environment, with the ansible-core and the collections of .venv."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        install.run("Making an environment for galaxy-importer", sys.executable, "-m", "venv", str(ENVIRONMENT))
    core = f"ansible-core=={importlib.metadata.version('ansible-core')}"
    pip = [str(python), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    install.run("Installing galaxy-importer", *pip, GALAXY_IMPORTER, core)
    collections = Path("lib", f"python{sysconfig.get_python_version()}", "site-packages", "ansible_collections")
    link = ENVIRONMENT / collections
    if not link.is_symlink():
        link.symlink_to(install.VENV / collections)
    return python


if __name__ == "__main__":
    sys.exit(main())
