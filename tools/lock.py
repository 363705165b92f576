"""Write requirements-hashes.txt: the hashes of the files that pip installs for the pinned versions, here.

Hashes of other Pythons and platforms, that the file has for the same versions, stay. Needs a package index.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import install

HEAD = """\
# Made by `make lock`: what .venv consists of, each file by its hash. tools/install.py takes no other file, where the
# Python and the platform are among these:
"""


def main() -> None:
    """Ask pip what it would install, and add that to the file."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        pip = [str(install.VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--dry-run", "--no-input"]
        pip += ["--ignore-installed", "--disable-pip-version-check", "--report", str(report)]
        install.run("Asking for the hashes", *pip, "-r", str(install.REQUIREMENTS[0]))
        write(json.loads(report.read_text()), install.platform_tag())


def write(report: dict[str, Any], platform: str) -> None:
    """Write the file from pip's report of what it would install on a platform, and from itself."""
    before = install.read_hashes()
    hashes: dict[str, set[str]] = {}
    for item in report["install"]:
        pin = install.pin(f"{item['metadata']['name']}=={item['metadata']['version']}")
        found = item["download_info"]["archive_info"]["hashes"]["sha256"]
        hashes[pin] = {found, *before.hashes.get(pin, ())}
    platforms = sorted({platform, *(before.platforms if hashes.keys() == before.hashes.keys() else ())})
    lines = [HEAD, *(f"# for {name}\n" for name in platforms)]
    for pin, known in sorted(hashes.items()):
        lines.append(" \\\n    ".join([pin, *(f"--hash=sha256:{value}" for value in sorted(known))]) + "\n")
    install.HASHES.write_text("".join(lines))


if __name__ == "__main__":
    main()
