"""The module server's own life: when it steps aside, when it ends, and what it does with a module nobody waits for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import CHECKOUT, COLLECTIONS, Run
from sandbox import Sandbox

IN_PROCESS = str(CHECKOUT / "extensions" / "in_process")
SERVED = "in the module server"
ASIDE = "runs in an interpreter of its own: "
SECONDS = 20

Ansible = Callable[..., Run]


def play(**keywords: Any) -> list[dict[str, Any]]:
    """A play that asks AWS who it is, and says how that was run."""
    task = {"name": "who", "amazon.aws.aws_caller_info": {}, **keywords}
    return [{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]


def servers() -> set[int]:
    """The process ids of all module servers and their forks on this machine."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if f"{IN_PROCESS}/module_server".encode() in entry.read_bytes():
                found.add(int(entry.parent.name))
        except OSError:
            continue
    return found


def until(condition: Callable[[], Any]) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture(autouse=True)
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conftest.ACTION_PLUGINS", IN_PROCESS)
    # Started by Ansible itself.
    monkeypatch.setenv("DAYONE_WARM", "off")


def test_aws_modules_run_in_the_server(ansible: Ansible) -> None:
    run = ansible(play(), "-vvv")
    assert SERVED in run.output
    assert ASIDE not in run.output


def test_of_other_collections_only_those_that_are_named(ansible: Ansible) -> None:
    ping = [{"hosts": "localhost", "gather_facts": False, "tasks": [{"ansible.builtin.ping": {}}]}]
    assert SERVED not in ansible(ping, "-vvv").output
    assert SERVED in ansible(ping, "-vvv", extra_vars={"dayone_in_process_collections": ["ansible.builtin"]}).output


@pytest.mark.parametrize(
    ("keywords", "env", "reason"),
    [
        ({"async": 30, "poll": 1}, {}, "the task is asynchronous"),
        ({"become": True, "become_method": "ansible.builtin.sudo"}, {}, "the task becomes another user"),
        ({"environment": {"LC_ALL": "C"}}, {}, "its environment sets LC_ALL"),
        ({"vars": {"ansible_python_interpreter": "/usr/bin/python3"}}, {}, "its Python is /usr/bin/python3"),
        (
            {"vars": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}},
            {},
            "its connection is ssh",
        ),
        ({}, {"ANSIBLE_KEEP_REMOTE_FILES": "true"}, "its files are to be kept"),
    ],
)
def test_it_steps_aside_and_says_why(
    ansible: Ansible, keywords: dict[str, Any], env: dict[str, str], reason: str
) -> None:
    run = ansible(play(**keywords), "-v", env=env, check=False)
    assert ASIDE + reason in run.output


def test_an_ansible_core_that_it_does_not_know_is_left_alone(ansible: Ansible, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    newer.mkdir()
    (newer / "sitecustomize.py").write_text("import ansible.release\nansible.release.__version__ = '2.99.1'\n")
    run = ansible(play(), "-v", env={"PYTHONPATH": str(newer)})
    assert f"{ASIDE}the module server knows ansible-core 2.17, 2.18, 2.19, and this is 2.99.1" in run.output
    assert run.task("who")["result"]["account"]


def test_it_ends_with_ansible_playbook(ansible: Ansible) -> None:
    before = servers()
    ansible(play())
    until(lambda: servers() <= before)


def test_where_it_cannot_start_modules_run_all_the_same(ansible: Ansible, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    text = "import sys\nif any('module_server' in word for word in sys.orig_argv):\n    sys.exit('no')\n"
    (broken / "sitecustomize.py").write_text(text)
    run = ansible(play(loop=[1, 2]), "-v", env={"PYTHONPATH": str(broken)})
    assert run.output.count(f"{ASIDE}the module server does not start") == 2
    assert run.rc == 0


def test_module_utils_that_have_moved_are_found(ansible: Ansible, tmp_path: Path) -> None:
    collections = tmp_path / "collections" / "ansible_collections" / "testing"
    old, new = collections / "old", collections / "new"
    for folder in (old / "plugins" / "modules", old / "meta", new / "plugins" / "module_utils"):
        folder.mkdir(parents=True)
    (new / "plugins" / "module_utils" / "words.py").write_text("HERE = 'in the new place'\n")
    (old / "meta" / "runtime.yml").write_text(
        "plugin_routing:\n  module_utils:\n    sub.words:\n      redirect: testing.new.words\n"
    )
    (old / "plugins" / "modules" / "say.py").write_text(
        "#!/usr/bin/python\n"
        "from ansible.module_utils.basic import AnsibleModule\n"
        "from ansible_collections.testing.old.plugins.module_utils.sub.words import HERE\n"
        "from ansible_collections.testing.old.plugins.module_utils.sub import words\n"
        "def main():\n"
        "    AnsibleModule({}).exit_json(changed=words.HERE == HERE, msg=HERE)\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    env = {
        "ANSIBLE_COLLECTIONS_PATH": f"{tmp_path / 'collections'}:{COLLECTIONS}",
        "DAYONE_IN_PROCESS_COLLECTIONS": "testing.old",
    }
    run = ansible([{"hosts": "localhost", "gather_facts": False, "tasks": [{"testing.old.say": {}}]}], "-vvv", env=env)
    assert SERVED in run.output
    assert run.tasks[-1]["result"]["msg"] == "in the new place"
    assert run.tasks[-1]["result"]["changed"] is True


@pytest.fixture
def slow(account: Sandbox, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """ansible-playbook with a module in the server that waits for a minute and would then write a file."""
    root = tmp_path / "collections"
    modules = root / "ansible_collections" / "testing" / "slow" / "plugins" / "modules"
    modules.mkdir(parents=True)
    (modules / "wait.py").write_text(
        "#!/usr/bin/python\n"
        "import time, pathlib\n"
        "from ansible.module_utils.basic import AnsibleModule\n"
        "def main():\n"
        "    module = AnsibleModule({'path': {'type': 'path'}, 'secret': {'no_log': True}})\n"
        "    pathlib.Path(module.params['path']).write_text('waiting')\n"
        "    time.sleep(60)\n"
        "    pathlib.Path(module.params['path']).write_text('done')\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        "- hosts: localhost\n  gather_facts: false\n  tasks:\n"
        f"    - testing.slow.wait: {{path: '{tmp_path}/state', secret: hush-hush}}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "ansible.cli.playbook", str(playbook)],
        env={
            **account.process_env(),
            "ANSIBLE_HOME": str(tmp_path / "home"),
            "ANSIBLE_ACTION_PLUGINS": IN_PROCESS,
            "ANSIBLE_COLLECTIONS_PATH": f"{root}:{COLLECTIONS}",
            "DAYONE_IN_PROCESS_COLLECTIONS": "testing.slow",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until((tmp_path / "state").exists)
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_module_ends_with_the_run_that_was_interrupted(slow: subprocess.Popen[bytes], number: signal.Signals) -> None:
    mine = {pid for pid in servers() if str(slow.pid) in Path(f"/proc/{pid}/cmdline").read_text()}
    assert len(mine) == 2  # the server and its fork
    for pid in mine:
        assert "hush-hush" not in Path(f"/proc/{pid}/cmdline").read_text()
    os.kill(slow.pid, number)
    slow.wait(SECONDS)
    until(lambda: not servers() & mine)


def test_a_server_that_was_killed_fails_the_task_and_no_more(slow: subprocess.Popen[bytes]) -> None:
    mine = sorted(pid for pid in servers() if str(slow.pid) in Path(f"/proc/{pid}/cmdline").read_text())
    for pid in mine:
        os.kill(pid, signal.SIGKILL)
    assert slow.wait(SECONDS) == 2
