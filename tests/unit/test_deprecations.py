"""A deprecation warning is found wherever its lines are broken, and the known ones are let through."""

from __future__ import annotations

from deprecations import KNOWN, deprecations

OURS = "[DEPRECATION WARNING]: Passing `warnings` to `exit_json` or `fail_json` is deprecated. This feature"


def test_they_are_found_and_known_ones_are_not() -> None:
    known = "".join(f"[DEPRECATION WARNING]: {text} Both are returned.\n" for text in KNOWN)
    assert deprecations(f"PLAY [localhost]\n{known}PLAY RECAP\n") == []
    for text in (OURS, OURS.replace(" ", "\n"), OURS.replace("WARNING]", "WARNING\x1b[0m]")):
        (found,) = deprecations(f"PLAY\n{known}{text}\n{known}")
        assert found.startswith("Passing`warnings`")
