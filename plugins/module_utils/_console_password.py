# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Where a console password lies."""

from __future__ import annotations

from pathlib import Path


def new_of(file: Path) -> Path:
    """Where a password that takes the place of the one in ``file`` lies until AWS has it.

    A run that ends leaves no such file: one that is there tells of an update that was broken off.
    """
    return file.with_name(f"{file.name}.new")
