# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Texts for a terminal, which acts on some characters instead of showing them: names in an account are anybody's."""

from __future__ import annotations

import unicodedata

LINE_ENDS_AND_TABS = "\n\t"


def visible(text: str) -> str:
    """``text`` with what a terminal would act on, or not show, written out, as \\x1b; its lines stay lines."""
    return "".join(letter if letter in LINE_ENDS_AND_TABS else _shown(letter) for letter in text)


def in_one_line(text: str) -> str:
    """The same, with the ends of lines written out as well."""
    return "".join(map(_shown, text))


def _shown(letter: str) -> str:
    # Control characters, those that turn the direction of writing, and whatever else is no character to be seen.
    # Spaces are not printable to Python, but for the one of ASCII; that of Japanese is in names.
    if letter.isprintable() or unicodedata.category(letter) == "Zs":
        return letter
    return letter.encode("unicode_escape").decode()
