"""A run that is spread over execution nodes, as Automation Platform does it: sent, worked on elsewhere, taken back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from conftest import CHECKOUT, COLLECTIONS
from sandbox import Sandbox

BIN = Path(sys.executable).parent
ARTICLE = yaml.safe_load((CHECKOUT / "playbooks" / "vars" / "article.yml").read_text())
USER = {"name": "ada", "console_access": True, "access_key": True, "mfa": "seed"}
VARIABLES = {**ARTICLE, "iam_admin_users": [USER], "iam_admin_account_alias": "runner-example"}


@pytest.fixture
def private(tmp_path: Path, account: Sandbox) -> Path:
    """What the controller hands over: variables and environment, no playbook, for that is in the collection."""
    directory = tmp_path / "controller"
    (directory / "env").mkdir(parents=True)
    (directory / "project").mkdir()
    (directory / "env" / "extravars").write_text(
        json.dumps({**VARIABLES, "dayone_output_dir": str(tmp_path / "secrets")})
    )
    own = {
        "ANSIBLE_COLLECTIONS_PATH": COLLECTIONS,
        "ANSIBLE_ACTION_PLUGINS": str(CHECKOUT / "extensions" / "in_process"),
    }
    (directory / "env" / "envvars").write_text(json.dumps({**account.env, **own}))
    return directory


def test_transmit_work_process(account: Sandbox, private: Path, tmp_path: Path) -> None:
    def runner(*arguments: str, given: bytes | None = None) -> bytes:
        # It starts whichever ansible-playbook is first on the path.
        env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
        command = [str(BIN / "ansible-runner"), *arguments]
        return subprocess.run(command, input=given, stdout=subprocess.PIPE, cwd=tmp_path, env=env, check=True).stdout

    arguments = "--tags iam_admin,account_report -vvv"
    sent = runner("transmit", str(private), "-p", "dayone.aws_account.site", "--cmdline", arguments)
    worked = runner("worker", "--private-data-dir", str(tmp_path / "node"), given=sent)
    runner("process", str(tmp_path / "back"), given=worked)

    artifacts = tmp_path / "back" / "artifacts"
    assert (artifacts / "status").read_text() == "successful"
    output = (artifacts / "stdout").read_text()
    assert "iam_administrators_info in the module server" in output
    assert "Account 123456789012 (runner-example)" in output
    (key,) = account.client("iam").list_access_keys(UserName="ada")["AccessKeyMetadata"]
    secrets = tmp_path / "secrets"
    (of_key,) = secrets.glob("*.accessKeys.csv")
    id_, secret_key = of_key.read_text().splitlines()[1].split(",")
    assert id_ == key["AccessKeyId"]
    (seed,) = parse_qs(urlsplit((secrets / "ada.mfa").read_text()).query)["secret"]
    told = worked + b"".join(path.read_bytes() for path in artifacts.rglob("*") if path.is_file())
    for secret in (secret_key, seed, (secrets / "ada.password").read_text().strip()):
        assert secret.encode() not in told
