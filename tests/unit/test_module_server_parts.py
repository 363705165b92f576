"""Parts of the module server that need no Ansible run."""

from __future__ import annotations

import ast
import os
import socket

import pytest
from module_server import loaded, receive, send

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
