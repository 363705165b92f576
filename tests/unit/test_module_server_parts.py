"""Parts of the module server that need no Ansible run."""

from __future__ import annotations

import ast
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from module_server import loaded, moved, receive, send

PACKAGE = "ansible_collections.a.b.plugins.modules"


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import os.path", ["os.path"]),
        ("from ..module_utils.x import y", ["ansible_collections.a.b.plugins.module_utils.x"] * 2),
        ("try:\n    import boto3\nexcept ImportError:\n    pass", ["boto3"]),
        ("def f():\n    from a import b, c as d", ["a", "a.b", "a.c"]),
        ("from x import *", ["x"]),
    ],
)
def test_what_code_may_import_is_read_without_running_it(code: str, names: list[str]) -> None:
    found = list(loaded.imports(ast.parse(code), PACKAGE))
    assert [name.removesuffix(".y") for name in found] == names


@pytest.mark.parametrize(
    ("redirect", "name"),
    [
        ("ansible_collections.a.b.plugins.module_utils.c", "ansible_collections.a.b.plugins.module_utils.c"),
        ("a.b.c.d", "ansible_collections.a.b.plugins.module_utils.c.d"),
        ("dellemc.openmanage", "dellemc.openmanage"),
    ],
)
def test_a_redirect_leads_to_a_name_that_python_knows(redirect: str, name: str) -> None:
    assert moved.full_name(redirect) == name


def test_a_message_arrives_whole_with_its_descriptors() -> None:
    here, there = socket.socketpair()
    reader, writer = os.pipe()
    with here, there:
        send(here, {"module": "ü" * 100}, [writer])
        send(here, {"payload": "{}"})
        message, descriptors = receive(there, descriptors=1)
        os.close(writer)
        os.write(descriptors[0], b"x")
        os.close(descriptors[0])
        assert message == {"module": "ü" * 100}
        assert receive(there) == ({"payload": "{}"}, [])
    with os.fdopen(reader, "rb") as pipe:
        assert pipe.read() == b"x"


def test_the_other_side_going_is_told() -> None:
    here, there = socket.socketpair()
    here.close()
    with there, pytest.raises(EOFError):
        receive(there)


REHEARSAL = """
import sys
from module_server import loaded
called = []
sys.addaudithook(lambda event, arguments: called.append(event) if event == "socket.connect" else None)
loaded.start([])
loaded.rehearse("iam")
loaded.rehearse("no-such-service")
import boto3, botocore.session
keys = dict(region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b")
one, two = (boto3.session.Session(**keys).client("iam") for _ in range(2))
assert one.meta.service_model is two.meta.service_model, "The model was read twice."
assert one.meta.events is not two.meta.events, "Clients share their handlers."
own = botocore.session.Session()
own.set_config_variable("data_path", sys.argv[1])
other = own.create_client("iam", **keys)
assert other.meta.service_model is not one.meta.service_model, "A data path of the user's own was passed over."
assert called == [], called
"""


def test_clients_find_what_a_rehearsal_without_a_call_has_read(tmp_path: Path) -> None:
    # In a process of its own, as it changes botocore.
    path = os.pathsep.join(sys.path)
    done = subprocess.run(
        [sys.executable, "-c", REHEARSAL, str(tmp_path)],
        env={"PYTHONPATH": path, "HOME": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
