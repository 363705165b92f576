"""The site playbook on a fresh account, disturbed in some way and then run again: what must hold after both."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyotp
import yaml
from account_state import State, differences, state_of
from conftest import CHECKOUT, Run
from sandbox import Sandbox
from torture import DONE, KILLS

SITE = "dayone.aws_account.site"
INTERFERENCE = Path(__file__).resolve().parent / "interference"
ARTICLE: dict[str, Any] = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
ADMINISTRATOR = {**ARTICLE["iam_admin_users"][0], "mfa": "seed", "credentials_profile": "admin"}
VARIABLES = {
    **ARTICLE,
    "iam_admin_users": [ADMINISTRATOR],
    "iam_admin_require_mfa": True,
    "billing_alarm_monthly_budget": "50",
}
FILES = ["account", "admin.accessKeys.csv", "admin.mfa", "admin.password", "credentials"]
LAST_TASK = "Say what went wrong and what to do about it"
# What a client asks again after. At every second call: the answer to each repetition comes, and the next call is hit.
ASKED_AGAIN: dict[str, dict[str, Any]] = {
    "throttled": {"kind": "throttled"},
    "too-many-requests": {"code": "TooManyRequestsException"},
    "internal-failure": {"code": "InternalFailure"},
    "unavailable": {"code": "ServiceUnavailable"},
    "reset-before": {"kind": "reset-before"},
}
# What a person is never to see: the words of a program that did not expect what happened.
UNFORESEEN = re.compile(
    r"Traceback|MODULE FAILURE|KeyError|TypeError|AttributeError|has no attribute|UnicodeDecodeError|NoneType"
)
LONGEST_SENTENCE = 900


class Site:
    """One account, one directory for its secrets, and runs of the site playbook."""

    def __init__(self, account: Sandbox, ansible: Callable[..., Run], directory: Path) -> None:
        self.account = account
        self.out = directory / "out"
        self._directory = directory
        self._ansible = ansible

    def begin(self) -> None:
        """A fresh account, and no files."""
        self.account.reset()
        shutil.rmtree(self.out, ignore_errors=True)

    def run(self, *arguments: str, check: bool = True, **env: str) -> Run:
        """Run the playbook; `env` is added to its environment."""
        variables = {**VARIABLES, "dayone_output_dir": str(self.out)}
        return self._ansible(SITE, *arguments, extra_vars=variables, env=env, check=check)

    def patient(self, seconds: float) -> dict[str, str]:
        """An environment in which no socket of a run waits for longer."""
        return {"PYTHONPATH": str(INTERFERENCE), "DAYONE_PATIENCE": str(seconds)}

    def killed_at_file_change(self, number: int) -> tuple[bool, list[str]]:
        """Kill a run before its change of a file of that number (0: none); whether it was, and all changes."""
        log = self._directory / "changes"
        log.write_text("")
        env = {
            "PYTHONPATH": str(INTERFERENCE),
            "DAYONE_KILL_LOG": str(log),
            "DAYONE_KILL_BELOW": str(self.out),
            "DAYONE_KILL_AT": str(number),
        }
        done = self.run(check=False, **env)
        assert number or done.rc == 0, done.output
        DONE[KILLS] += done.rc < 0
        return done.rc < 0, log.read_text().splitlines()

    def state(self) -> State:
        """Account and files, to be compared with another run's."""
        files = {path.name: oct(path.stat().st_mode) for path in sorted(self.out.iterdir())}
        return {**state_of(self.account), "files": files}

    def assert_secrets_work(self) -> None:
        """Each file's secret is the one that the account has: key, password and seed."""
        key_id, secret = (self.out / "admin.accessKeys.csv").read_text().splitlines()[1].split(",")
        profile = f"[admin]\naws_access_key_id = {key_id}\naws_secret_access_key = {secret}\n"
        assert (self.out / "credentials").read_text().startswith(profile)
        key = {"AccessKeyId": key_id, "SecretAccessKey": secret}
        found = self.account.client("iam").list_access_keys(UserName="admin")["AccessKeyMetadata"]
        assert [(each["AccessKeyId"], each["Status"]) for each in found] == [(key_id, "Active")]
        self.account.client("iam", credentials=key).change_password(
            OldPassword=(self.out / "admin.password").read_text().strip(), NewPassword="Another-Password-2026"
        )
        # Later, for the run has used codes of now.
        self.account.world(clock_ahead_seconds=120)
        seed = pyotp.parse_uri((self.out / "admin.mfa").read_text().strip())
        assert isinstance(seed, pyotp.TOTP)
        (device,) = self.account.client("iam").list_mfa_devices(UserName="admin")["MFADevices"]
        self.account.client("sts", credentials=key).get_session_token(
            SerialNumber=device["SerialNumber"], TokenCode=seed.at(int(time.time()) + 120)
        )

    def assert_ends_well(self, undisturbed: State, after: str) -> None:
        """One more run, undisturbed, ends well, and all is as after a single undisturbed one."""
        self.account.clear_faults()
        finished = self.run(check=False)
        assert finished.rc == 0, (after, finished.output[-6000:])
        differing = differences(undisturbed, self.state())
        assert not differing, (after, differing)
        self.assert_secrets_work()


def sentence_of(run: Run) -> str:
    """What a run that failed says at its end: one sentence, or a few, for a person."""
    failed = [task for task in run.tasks if task["status"] == "failed"]
    assert "Traceback (most recent call last)" not in run.output, (failed, run.output[-3000:])
    last = failed[-1]
    assert last["name"] == LAST_TASK, last
    said = str(last["result"]["msg"])
    assert not UNFORESEEN.search(said), said
    assert re.match(r"[A-Z][^:]+: \S.*\.$", said, re.DOTALL), said
    assert len(said) < LONGEST_SENTENCE, said
    return said
