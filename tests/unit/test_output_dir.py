"""Whose secrets a directory holds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from ansible_collections.dayone.aws_account.plugins.module_utils._output_dir import (
    check_whose,
    holds_secrets,
    note_whose,
    output_dir,
    why_unsafe,
)

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", f"/run/from/dayone-output/{ACCOUNT}"),
        ("out/books", "/run/from/out/books"),
        ("/srv/books", "/srv/books"),
        ("~/books", "/home/ada/books"),
    ],
)
def test_where_it_is(monkeypatch: pytest.MonkeyPatch, given: str, found: str) -> None:
    monkeypatch.setenv("PWD", "/run/from")
    monkeypatch.setenv("HOME", "/home/ada")
    assert output_dir(ACCOUNT, given) == found


def test_without_a_note_it_is_anybodys(tmp_path: Path) -> None:
    assert check_whose(tmp_path / "none", ACCOUNT)
    assert check_whose(tmp_path, ACCOUNT)
    (tmp_path / "account").write_text(f"{ACCOUNT}\n")
    assert not check_whose(tmp_path, ACCOUNT)


@pytest.mark.parametrize(
    ("noted", "words"),
    [(b"210987654321\n", "says 210987654321"), (b"hunter2", "holds no account id"), (b"\xff", "holds no account id")],
)
def test_another_accounts_is_refused(tmp_path: Path, noted: bytes, words: str) -> None:
    (tmp_path / "account").write_bytes(noted)
    with pytest.raises(
        ValueError, match=f"another account than {ACCOUNT}: the file 'account' in it {words}"
    ) as refused:
        check_whose(tmp_path, ACCOUNT)
    assert "hunter2" not in str(refused.value)


def test_of_runs_at_once_for_several_accounts_one_gets_it(tmp_path: Path) -> None:
    directory = tmp_path / "made" / "by all"

    def note(number: int) -> bool:
        try:
            note_whose(directory, f"{number:012}")
        except ValueError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        got_it = list(pool.map(note, range(16)))
    assert (directory / "account").read_text() == f"{got_it.index(True):012}\n"
    assert got_it.count(True) == 1
    note_whose(directory, f"{got_it.index(True):012}")
    assert [path.name for path in directory.iterdir()] == ["account"]


@pytest.mark.parametrize(("mode", "refused"), [(0o700, False), (0o755, False), (0o775, True), (0o1777, True)])
def test_where_others_can_write_is_refused(tmp_path: Path, mode: int, refused: bool) -> None:
    directory = tmp_path / "out"
    directory.mkdir()
    directory.chmod(mode)
    assert why_unsafe(directory).endswith("then run again") == refused
    if refused:
        with pytest.raises(ValueError, match=rf"can be written to by others \(mode {mode:04o}\): .*chmod go-w"):
            note_whose(directory, ACCOUNT)
        assert list(directory.iterdir()) == []


def test_a_symbolic_link_is_refused_wherever_it_leads(tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ValueError, match="is a symbolic link"):
        note_whose(link, ACCOUNT)
    (tmp_path / "elsewhere").mkdir()
    with pytest.raises(ValueError, match="is a symbolic link"):
        check_whose(link, ACCOUNT)


def test_another_users_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(ValueError, match="belongs to another user"):
        check_whose(tmp_path, ACCOUNT)


def test_a_note_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "account").mkdir()
    with pytest.raises(ValueError, match="cannot be read: Is a directory"):
        check_whose(tmp_path, ACCOUNT)


@pytest.mark.parametrize(
    ("file", "is_ours"),
    [
        ("ada.password", True),
        ("ada.password.new", True),
        ("ada.accessKeys.csv", True),
        ("ada.mfa", True),
        ("ada.mfa.new", True),
        ("ada.mfa.png", True),
        ("ada.mfa.new.png", True),
        ("credentials", True),
        ("report.html", False),
        ("account", False),
    ],
)
def test_which_files_are_secrets(tmp_path: Path, file: str, is_ours: bool) -> None:
    assert not holds_secrets(tmp_path / "none")
    (tmp_path / file).touch()
    assert holds_secrets(tmp_path) == is_ours
