"""Run `ansible-test sanity` on the collection as it would be published.

ansible-test wants a real directory ansible_collections/dayone/aws_account under git, with amazon.aws beside it, and
keeps the tools that it installs in HOME.
"""

from __future__ import annotations

import ast
import configparser
import fcntl
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

# Said with exit status 0 when nothing was tested.
NOTHING_RAN = ("No tests applicable", "All targets skipped")
NEIGHBOURS = ("amazon", "community/aws")
# ansible-test downloads a get-pip.py from a server of its own, unless there is a file of this name (it goes with the
# version of ansible-core). Python brings a pip of its own, so this does instead, and no further server is needed.
# Unpacked, it serves as well as installed, which takes ten times as long, in each of ten virtual environments. Some
# distributions keep it elsewhere.
GET_PIP = Path(".ansible/test/cache/get_pip_24_2.py")
GET_PIP_TEXT = """\
import ensurepip, pathlib, runpy, subprocess, sys, sysconfig, zipfile
wheels = [*pathlib.Path(ensurepip.__file__).with_name("_bundled").glob("*.whl")]
for wheel in wheels:
    zipfile.ZipFile(wheel).extractall(sysconfig.get_path("purelib"))
if not wheels:
    subprocess.check_call([sys.executable, "-m", "ensurepip"])
sys.argv[1:] = ["install", *(word for word in sys.argv[1:] if word not in ("--no-setuptools", "--no-wheel"))]
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""


def passes(checkout: Path, bin_dir: Path, env: dict[str, str]) -> bool:
    """Whether all of ansible-test's sanity tests pass, and ran."""
    home = Path(env["HOME"])
    # One at a time: they share the tools in HOME.
    with tempfile.TemporaryDirectory(prefix="sanity-") as scratch, (home / "sanity.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        (home / GET_PIP).parent.mkdir(parents=True, exist_ok=True)
        (home / GET_PIP).write_text(GET_PIP_TEXT)
        keep_pip_settings(bin_dir, home)
        collection = publish(checkout, bin_dir, env, Path(scratch))
        # What is passed over, which nobody needs who uses the collection.
        shutil.copytree(checkout / "tests" / "sanity", collection / "tests" / "sanity")
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        command: list[str | Path] = [
            bin_dir / "ansible-test",
            "sanity",
            "--local",
            "--python",
            version,
            "--color",
            "no",
        ]
        with subprocess.Popen(
            command,
            cwd=collection,
            env={**env, "ANSIBLE_COLLECTIONS_PATH": scratch},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            nothing_ran = False
            for line in process.stdout or ():
                print(line, end="", flush=True)
                nothing_ran |= any(words in line for words in NOTHING_RAN)
        return process.returncode == 0 and not nothing_ran


def keep_pip_settings(bin_dir: Path, home: Path) -> None:
    """Put the person's pip settings where pip finds them: ansible-test drops the PIP_ variables."""
    listed = subprocess.run([bin_dir / "pip", "config", "list"], capture_output=True, text=True, check=True).stdout
    settings = configparser.RawConfigParser()
    for line in listed.splitlines():
        name, value = line.split("=", 1)
        section, _, option = name.replace(":env:", "global").partition(".")
        settings.read_dict({section: {option: ast.literal_eval(value).replace("\n", "\n  ")}})
    (home / ".config" / "pip").mkdir(parents=True, exist_ok=True)
    # Python compiles what is imported.
    settings.read_dict({"global": {"quiet": "1"}, "install": {"no-compile": "true"}})
    with (home / ".config" / "pip" / "pip.conf").open("w") as file:
        settings.write(file)


def publish(checkout: Path, bin_dir: Path, env: dict[str, str], scratch: Path) -> Path:
    """Build the collection, install it into `scratch` beside amazon.aws, and put it under git."""
    galaxy: list[str | Path] = [bin_dir / "ansible-galaxy", "collection"]
    subprocess.run([*galaxy, "build", "--output-path", scratch], cwd=checkout, env=env, check=True)
    (archive,) = scratch.glob("*.tar.gz")
    # Not found anywhere else, so that it is installed here.
    elsewhere = {**env, "ANSIBLE_COLLECTIONS_PATH": str(scratch)}
    subprocess.run([*galaxy, "install", "--offline", "--no-deps", "-p", scratch, archive], env=elsewhere, check=True)
    installed = Path(sysconfig.get_path("purelib")) / "ansible_collections"
    collections = scratch / "ansible_collections"
    for neighbour in NEIGHBOURS:
        shutil.copytree(installed / neighbour, collections / neighbour, symlinks=True)
    collection = collections / "dayone" / "aws_account"
    subprocess.run(["git", "init", "--quiet"], cwd=collection, env=env, check=True)
    subprocess.run(["git", "add", "--all"], cwd=collection, env=env, check=True)
    return collection
