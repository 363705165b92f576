"""Set up the checkout: .venv with the pinned packages, and .cache/collections, where ansible finds this collection.

Needs nothing but the standard library. Safe to run any number of times, also at once: one installs, the others wait.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
CACHE = CHECKOUT / ".cache"
VENV = CHECKOUT / ".venv"
STAMP = VENV / "installed"
REQUIREMENTS = [CHECKOUT / name for name in ("requirements-dev.txt", "requirements.txt", "constraints.txt")]
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
    parts = [path.read_bytes() for path in REQUIREMENTS]
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
    run("Installing the packages", *pip, "--disable-pip-version-check", "-r", str(REQUIREMENTS[0]))
    STAMP.write_text(fingerprint())
    print(f"Installed in {time.monotonic() - started:.0f} s.", flush=True)


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
