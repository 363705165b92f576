"""Ask the databases of known vulnerabilities about every pinned package: with the network, so no part of `make test`.

pip-audit has dozens of dependencies of its own: it gets an environment for itself, and not .venv.
"""

from __future__ import annotations

import subprocess
import sys

import install

ENVIRONMENT = install.CACHE / "audit"
PIP_AUDIT = "pip-audit==2.10.1"


def main() -> int:
    """Install pip-audit if need be, and run it; its exit status."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        install.run("Making an environment for pip-audit", sys.executable, "-m", "venv", str(ENVIRONMENT))
    install.run("Installing pip-audit", str(python), "-m", "pip", "install", "--quiet", "--no-input", PIP_AUDIT)
    # With hashes, it takes the file's word for what is installed, and asks no package index.
    command = [str(python), "-m", "pip_audit", "--require-hashes", "--disable-pip", "-r", str(install.HASHES)]
    return subprocess.run(command, cwd=install.CHECKOUT, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
