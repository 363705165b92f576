"""A person at a terminal enables MFA: sees the QR code, types codes, is told what was wrong with them."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pyotp
import pytest
import yaml
import zxingcpp
from conftest import CALLBACKS, COLLECTIONS
from sandbox import Sandbox
from terminal import Terminal
from unit.qr_codes import render


@pytest.fixture
def terminal(account: Sandbox, tmp_path: Path) -> Terminal:
    """The role iam_admin running for one user with a phone."""
    return at_terminal(account, tmp_path)


def at_terminal(account: Sandbox, tmp_path: Path, env: dict[str, str] | None = None, **variables: object) -> Terminal:
    """The role iam_admin running for one user with a phone, and more variables."""
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "roles": ["dayone.aws_account.iam_admin"],
        "vars": {
            "iam_admin_users": [{"name": "admin", "console_access": False}],
            "dayone_output_dir": str(tmp_path / "out"),
            **variables,
        },
    }
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    (tmp_path / "ansible.cfg").touch()
    environment = account.process_env(
        ANSIBLE_HOME=str(tmp_path / "home"),
        ANSIBLE_CONFIG=str(tmp_path / "ansible.cfg"),
        ANSIBLE_COLLECTIONS_PATH=COLLECTIONS,
        ANSIBLE_PYTHON_INTERPRETER=sys.executable,
        ANSIBLE_LOG_PATH=str(tmp_path / "log"),
        ANSIBLE_CALLBACK_PLUGINS=str(CALLBACKS),
        ANSIBLE_CALLBACKS_ENABLED="task_fields",
        TASK_FIELDS_FILE=str(tmp_path / "fields"),
        TERM="xterm",
        **(env or {}),
    )
    command = [sys.executable, "-m", "ansible.cli.playbook", "-vvv", "play.yml"]
    return Terminal(command, environment, tmp_path)


def codes(tmp_path: Path) -> tuple[str, str, str]:
    """What the phone shows that scanned the QR code: the last code and this one; and its seed."""
    totp = pyotp.TOTP(pyotp.parse_uri((tmp_path / "out" / "admin.mfa").read_text().strip()).secret)
    now = int(time.time())
    return totp.at(now - 30), totp.at(now), totp.secret


def drawing_in(seen: str) -> str:
    """The QR code among what a terminal has shown."""
    lines = [re.sub("[^█▀▄ ]", "", line) for line in re.sub(r"\x1b\[[0-9;]*[A-Za-z]?", "", seen).splitlines()]
    return "\n".join(line for line in lines if line.count("█") + line.count("▀") + line.count("▄") > 10)


def test_scanned_mistyped_and_assigned(account: Sandbox, terminal: Terminal, tmp_path: Path) -> None:
    terminal.read_until("press Enter to see the QR code.")
    assert "█" not in terminal.seen
    terminal.type("")
    terminal.read_until("First code of user 'admin'")
    assert terminal.seen.count("█") > 100
    assert "secret key" not in terminal.seen.lower()
    terminal.type("000000")
    terminal.read_until("The next code")
    terminal.type("000001")
    terminal.read_until("Neither is a code of this device")
    terminal.read_until("First code of user 'admin'")
    first, second, seed = codes(tmp_path)
    (scanned,) = zxingcpp.read_barcodes(render(drawing_in(terminal.seen)))
    assert scanned.text == (tmp_path / "out" / "admin.mfa").read_text().strip()
    terminal.type(first)
    terminal.read_until("The next code")
    terminal.type(second)
    assert terminal.finish() == 0, terminal.seen
    assert len(account.client("iam").list_mfa_devices(UserName="admin")["MFADevices"]) == 1
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["account"]
    log, fields = (tmp_path / "log").read_text(), (tmp_path / "fields").read_text()
    assert "seed_file" in fields
    for secret in (first, second, seed):
        assert secret not in terminal.seen + log + fields
    assert "█" not in log


def test_put_off_it_stays_pending(account: Sandbox, terminal: Terminal, tmp_path: Path) -> None:
    terminal.read_until("press Enter to see the QR code.")
    terminal.type("")
    terminal.read_until("First code of user 'admin'")
    terminal.type("")
    assert terminal.finish() == 0, terminal.seen
    iam = account.client("iam")
    assert iam.list_mfa_devices(UserName="admin")["MFADevices"] == []
    assert len(iam.list_virtual_mfa_devices(AssignmentStatus="Unassigned")["VirtualMFADevices"]) == 1
    assert (tmp_path / "out" / "admin.mfa.png").exists()


def test_the_secret_key_is_shown_where_asked_and_three_tries_are_all(account: Sandbox, tmp_path: Path) -> None:
    terminal = at_terminal(account, tmp_path, iam_admin_mfa_show_secret_key=True)
    terminal.read_until("press Enter to see the QR code.")
    terminal.type("")
    terminal.read_until("Secret key, to type where nothing can be scanned: ")
    seed = codes(tmp_path)[2]
    for _number in range(3):
        terminal.read_until("First code of user 'admin'")
        assert seed in terminal.seen
        terminal.type("123")
        terminal.read_until("The next code")
        terminal.type("000001")
        terminal.read_until("two codes of six digits each")
    assert terminal.finish() != 0
    assert seed not in (tmp_path / "log").read_text()
    # All is there for another run.
    assert (tmp_path / "out" / "admin.mfa").exists()
    assert account.client("iam").list_mfa_devices(UserName="admin")["MFADevices"] == []


@pytest.mark.long
def test_a_key_at_hand_proves_the_sign_in(account: Sandbox, tmp_path: Path) -> None:
    users = [{"name": "admin", "console_access": False, "access_key": True}]
    terminal = at_terminal(account, tmp_path, iam_admin_users=users)
    terminal.read_until("press Enter to see the QR code.")
    terminal.type("")
    terminal.read_until("First code of user 'admin'")
    first, second, _seed = codes(tmp_path)
    terminal.type(first)
    terminal.read_until("The next code")
    terminal.type(second)
    terminal.read_until("it is tried out with its next code. Waiting")
    assert terminal.finish() == 0, terminal.seen
    assert [call.status for call in account.journal() if call.action == "GetSessionToken"] == [200]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["account", "admin.accessKeys.csv"]


@pytest.mark.parametrize("variable", ["AWX_ISOLATED_DATA_DIR", "JOB_ID"])
def test_in_a_job_of_awx_nobody_is_asked_and_nothing_drawn(account: Sandbox, tmp_path: Path, variable: str) -> None:
    terminal = at_terminal(account, tmp_path, env={variable: "7"})
    assert terminal.finish() == 0, terminal.seen
    assert "█" not in terminal.seen
    assert "First code" not in terminal.seen
    assert "the MFA device is pending" in terminal.seen
    assert (tmp_path / "out" / "admin.mfa.png").exists()
