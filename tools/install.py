"""Set up the checkout: .venv with the pinned packages, and .cache/collections, where ansible finds this collection.

Needs nothing but the standard library. Safe to run any number of times, also at once: one installs, the others wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache"
VENV = CHECKOUT / ".venv"
STAMP = VENV / "installed"
REQUIREMENTS = [CHECKOUT / name for name in ("requirements-dev.txt", "requirements.txt", "constraints.txt")]
HASHES = CHECKOUT / "requirements-hashes.txt"
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
COLLECTION = CACHE / "collections" / "ansible_collections" / "dayone" / "aws_account"
# Relative, so that a checkout that is moved or copied does not lead back to the old place.
COLLECTION_TARGET = "../../../.."


def main() -> None:
    """Install what is missing."""
    if sys.version_info < (3, 11):
        version = sys.version.split()[0]
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {version}. Try: make PYTHON=python3.11")
    CACHE.mkdir(exist_ok=True)
    with (CACHE / "install.lock").open("w") as lock:
        # Held until the file is closed, and let go by the kernel if this process dies.
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Waiting for another make that is installing.", flush=True)
            fcntl.flock(lock, fcntl.LOCK_EX)
        link_collection()
        if not is_installed():
            install()


def link_collection() -> None:
    """Let the checkout appear as ansible_collections/dayone/aws_account."""
    if not COLLECTION.is_symlink():
        COLLECTION.parent.mkdir(parents=True, exist_ok=True)
        COLLECTION.symlink_to(COLLECTION_TARGET)


def fingerprint() -> str:
    """What .venv depends on: the requirements, and its own path, which is written into its scripts."""
    parts = [path.read_bytes() for path in (*REQUIREMENTS, HASHES) if path.exists()]
    return hashlib.sha256(b"\0".join([os.fsencode(VENV), *parts])).hexdigest()


def is_installed() -> bool:
    """Whether .venv is complete, of this checkout and has a Python that still exists."""
    return STAMP.is_file() and STAMP.read_text() == fingerprint() and (VENV / "bin" / "python").exists()


def install() -> None:
    """Make .venv anew, so that it holds what is pinned and nothing else."""
    print("Installing into .venv; this takes a minute or two and is done once.", flush=True)
    started = time.monotonic()
    shutil.rmtree(VENV, ignore_errors=True)
    run("Making .venv", sys.executable, "-m", "venv", str(VENV))
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--no-cache-dir", "--no-input"]
    # Of a hundred collections few are used: Python compiles those when it imports them.
    pip.append("--no-compile")
    hashes = read_hashes()
    if platform_tag() in hashes.platforms and hashes.hashes.keys() == pins():
        # Complete, so that pip has nothing to look for that is not in it.
        known = ["--require-hashes", "--no-deps", "-r", str(HASHES)]
    else:
        print(f"There are no hashes for {platform_tag()} and these versions: taking files by their versions alone.")
        known = ["-r", str(REQUIREMENTS[0])]
    run("Installing the packages", *pip, "--disable-pip-version-check", *known)
    STAMP.write_text(fingerprint())
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


class Hashes(NamedTuple):
    """What requirements-hashes.txt says."""

    platforms: set[str]
    """Those that it is complete for."""
    hashes: dict[str, set[str]]
    """By name and version, those of files that may be installed."""


def read_hashes() -> Hashes:
    """Read the file; without it there are none."""
    text = HASHES.read_text() if HASHES.exists() else ""
    entries = re.split(r"(?<!\\)\n", text)
    return Hashes(
        {line.removeprefix("# for ") for line in entries if line.startswith("# for ")},
        {pin(entry): set(HASH.findall(entry)) for entry in entries if PINNED.match(entry)},
    )


def pins() -> set[str]:
    """Every name with its version that the requirements pin."""
    return {pin(found[0]) for path in REQUIREMENTS for found in PINNED.finditer(path.read_text())}


def pin(requirement: str) -> str:
    """A pinned requirement, with its name as package indexes write it."""
    name, _equal, version = requirement.split(maxsplit=1)[0].partition("==")
    return f"{re.sub('[-_.]+', '-', name).lower()}=={version}"


def platform_tag() -> str:
    """The Python that runs this, and where, as files of packages are named by them."""
    return f"cp{sys.version_info.major}{sys.version_info.minor} on {platform.system()} {platform.machine()}"


def run(what: str, *command: str) -> None:
    """Run a command, or stop with a sentence."""
    # Variables of another virtual environment, or a wish to install elsewhere, are not for this one.
    foreign = {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV"}
    env = {name: value for name, value in os.environ.items() if name not in foreign}
    if subprocess.run(command, cwd=CHECKOUT, env=env, stdin=subprocess.DEVNULL, check=False).returncode:
        sys.exit(
            f"{what} failed; see above. Python needs its venv module (on Debian and Ubuntu the package python3-venv), "
            "and pip a way to a package index."
        )


if __name__ == "__main__":
    main()
