"""Secrets on disk and generated passwords."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils import _secrets
from ansible_collections.dayone.aws_account.plugins.module_utils._access_key import AccessKey, read_access_key, to_csv


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "out" / "account" / "secret"
    old = os.umask(0)
    try:
        _secrets.write_secret(path, "s3cret\n")
    finally:
        os.umask(old)
    assert (mode(path), mode(path.parent), mode(path.parent.parent)) == (0o600, 0o700, 0o700)
    assert _secrets.read_secret(path) == "s3cret"
    assert list(path.parent.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    _secrets.write_secret(path, "old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        _secrets.write_secret(path, "new")
    assert path.read_text() == "old"
    monkeypatch.undo()
    _secrets.write_secret(path, "newer")
    assert path.read_text() == "newer"
    assert list(tmp_path.iterdir()) == [path]


def test_proving_a_place_writable_leaves_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("kept")
    _secrets.prove_writable(path)
    assert path.read_text() == "kept"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(NotADirectoryError):
        _secrets.prove_writable(path / "below-a-file")


def test_a_missing_secret_is_none(tmp_path: Path) -> None:
    assert _secrets.read_secret(tmp_path / "nothing") is None
    _secrets.remove_secret(tmp_path / "nothing")


STRICT = {
    "MinimumPasswordLength": 100,
    "RequireUppercaseCharacters": True,
    "RequireLowercaseCharacters": True,
    "RequireNumbers": True,
    "RequireSymbols": True,
}


def test_generated_passwords_satisfy_the_strictest_policy_and_differ() -> None:
    passwords = {_secrets.generate_password(100) for _number in range(200)}
    assert len(passwords) == 200
    assert all(_secrets.broken_rules(password, STRICT) == [] for password in passwords)
    assert all(_secrets.broken_rules(_secrets.generate_password(), None) == [] for _number in range(200))


@pytest.mark.parametrize(
    ("password", "policy", "words"),
    [
        ("Ab1!", None, "at least 8 characters"),
        ("abcdefgh1", None, "three kinds"),
        ("Abcdefgh1", None, None),
        ("Abcdefgh1", {"MinimumPasswordLength": 14}, "at least 14 characters"),
        ("abcdefgh", {"RequireUppercaseCharacters": True}, "an uppercase letter"),
        ("ABCDEFGH", {"RequireLowercaseCharacters": True}, "a lowercase letter"),
        ("abcdefgh", {"RequireNumbers": True}, "a digit"),
        ("abcdefgh1", {"RequireSymbols": True}, "one of the symbols"),
        ("a" * 129, {}, "at most 128 characters"),
        ("abcdef", {}, None),
    ],
)
def test_a_broken_rule_is_named(password: str, policy: dict[str, object] | None, words: str | None) -> None:
    broken = _secrets.broken_rules(password, policy)
    assert (words is None and not broken) or (words is not None and len(broken) == 1 and words in broken[0])


def test_an_access_key_survives_its_file(tmp_path: Path) -> None:
    key = AccessKey("AKIAEXAMPLE", 'with,comma"and+/quote')
    path = tmp_path / "key.csv"
    _secrets.write_secret(path, to_csv(key))
    assert path.read_text().splitlines()[0] == "Access key ID,Secret access key"
    assert read_access_key(path) == key
    assert read_access_key(tmp_path / "nothing") is None
    path.write_text("Access key ID,Secret access key\n")
    assert read_access_key(path) is None


def test_directories_that_are_made_are_on_disk_before_the_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        synced.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    _secrets.write_secret(tmp_path / "out" / "account" / "secret", "s3cret\n")
    out = tmp_path / "out"
    assert synced[:2] == [directory.stat().st_ino for directory in (tmp_path, out)]
    assert synced[-1] == (out / "account").stat().st_ino
