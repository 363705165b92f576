# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Runs modules of the AWS collections in forks of one process that has loaded what they need.

ansible-core resolves a module without an action plugin of its own to ``ansible.legacy.normal``, and lets a file of this
name on the path of action plugins take its place: ``action_plugins = …/extensions/in_process`` in ansible.cfg, or
``ANSIBLE_ACTION_PLUGINS``, switches it on, and taking that away switches it off. What it replaces is the payload and
the command that starts it. The rest, from the module's arguments to the reading of its result, stays ansible-core's.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from ansible import constants as C
from ansible.errors import AnsibleError
from ansible.executor import interpreter_discovery, module_common
from ansible.playbook.block import Block
from ansible.playbook.task import Task
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import action_loader, module_utils_loader
from ansible.release import __version__ as core_version
from ansible.utils.collection_loader import AnsibleCollectionConfig
from ansible.utils.display import Display

# This process ends with its task, and what it adds here with it.
sys.path.append(str(Path(__file__).resolve().parent))
from module_server import PROFILE, client

# In the form of a plugin's documentation, which Ansible does not read for action plugins.
SETTINGS = {
    "collections": {
        "description": "Collections, beside those for AWS, whose modules may run so, as community.crypto.",
        "type": "list",
        "default": [],
        "env": [{"name": "DAYONE_IN_PROCESS_COLLECTIONS"}],
        "ini": [{"section": "in_process", "key": "collections"}],
        "vars": [{"name": "dayone_in_process_collections"}],
    }
}
COLLECTIONS = frozenset({"amazon.aws", "community.aws", "dayone.aws_account"})
# Variables that are read while an interpreter, or a library below it, starts: a fork would not see them.
START_ONLY = ("PYTHON", "LD_", "LC_", "LANG", "OPENSSL_", "MALLOC_", "GLIBC_", "HOME")
SHEBANG = f"#!{sys.executable}"

display = Display()
C.config.initialize_plugin_configuration_definitions("action", "in_process", SETTINGS)


class Core(NamedTuple):
    """What differs between versions of ansible-core. The names behind it are private there."""

    encode: Callable[[dict[str, Any]], str]
    """The JSON of a module's arguments."""
    built: Callable[[str, str], Any]
    """What `_configure_module` returns, of the payload and the module's path."""


def _core_2_17() -> Core:
    from ansible.module_utils.common.json import AnsibleJSONEncoder

    return Core(
        encode=lambda arguments: json.dumps(arguments, cls=AnsibleJSONEncoder, vault_to_text=True),
        built=lambda payload, path: ("new", SHEBANG, payload.encode(), path),
    )


def _core_2_19() -> Core:
    from ansible.executor.module_common import _BuiltModule
    from ansible.module_utils.common.json import Direction, get_module_encoder

    def built(payload: str, path: str) -> tuple[_BuiltModule, str]:
        data = payload.encode()
        return _BuiltModule(
            b_module_data=data, module_style="new", shebang=SHEBANG, serialization_profile=PROFILE
        ), path

    encoder = get_module_encoder(PROFILE, Direction.CONTROLLER_TO_MODULE)
    return Core(encode=lambda arguments: json.dumps(arguments, cls=encoder), built=built)


# The versions that this was tested with. With any other it steps aside.
CORES: dict[str, Callable[[], Core]] = {"2.17": _core_2_17, "2.18": _core_2_17, "2.19": _core_2_19}


class Served(NamedTuple):
    """A module that the module server is to run."""

    path: str
    call: client.Call


Normal: type[ActionBase] = action_loader.get("ansible.builtin.normal", class_only=True)


class ActionModule(Normal):
    """ansible.builtin.normal, but for where the module runs."""

    _served: Served | None = None

    def _execute_module(
        self,
        module_name: str | None = None,
        module_args: dict[str, Any] | None = None,
        tmp: str | None = None,
        task_vars: dict[str, Any] | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        name = module_name or self._task.action
        with contextlib.ExitStack() as stack:
            self._served = self._open(name, task_vars or {})
            if self._served:
                stack.enter_context(self._served.call)
            result: dict[str, Any] = super()._execute_module(name, module_args, tmp, task_vars, **options)
            # What ansible-core still does in a shell, it does itself.
            self._served = None
        return result

    def _is_pipelining_enabled(self, module_style: str, wrap_async: bool = False) -> bool:
        # Nothing is copied anywhere, so no temporary directory need be made for it.
        return bool(self._served or super()._is_pipelining_enabled(module_style, wrap_async))

    def _configure_module(self, module_name: str, module_args: dict[str, Any], task_vars: dict[str, Any]) -> Any:
        if self._served is None:
            return super()._configure_module(module_name, module_args, task_vars)
        core = _core()
        try:
            payload = core.encode({"ANSIBLE_MODULE_ARGS": module_args})
        except TypeError as error:
            raise AnsibleError(f"Failed to serialize arguments for the {module_name!r} module.") from error
        return core.built(payload, self._served.path)

    def _low_level_execute_command(
        self, cmd: str, sudoable: bool = True, in_data: bytes | None = None, **options: Any
    ) -> dict[str, Any]:
        if self._served is None:
            result: dict[str, Any] = super()._low_level_execute_command(cmd, sudoable, in_data, **options)
            return result
        environment = {**os.environ, **self._environment()}
        done = self._served.call.run((in_data or b"").decode(), environment, self._loader.get_basedir())
        return {
            "rc": done.status,
            "stdout": done.stdout,
            "stdout_lines": done.stdout.splitlines(),
            "stderr": done.stderr,
            "stderr_lines": done.stderr.splitlines(),
        }

    def _open(self, name: str, task_vars: dict[str, Any]) -> Served | None:
        """The module, if the module server can run it as ansible-core would; why not is said at -v."""
        found = self._shared_loader_obj.module_loader.find_plugin_with_context(
            name, "", collection_list=self._task.collections
        )
        if found.plugin_resolved_collection not in _collections(task_vars):
            return None
        host = self._play_context.remote_addr
        reason = next(self._reasons(found.plugin_resolved_path, task_vars), None)
        if not reason:
            module = module_common._get_ansible_module_fqn(found.plugin_resolved_path)
            try:
                call = client.Call(self._server(task_vars), module)
            except client.UnavailableError as error:
                reason = str(error)
            else:
                display.vvv(f"RUN {module} in the module server", host=host)
                return Served(found.plugin_resolved_path, call)
        display.v(f"{name} runs in an interpreter of its own: {reason}.", host=host)
        return None

    def _reasons(self, path: str, task_vars: dict[str, Any]) -> Iterator[str]:
        """Why the module server is not for this task: the cheapest to find out first."""
        if not sys.platform.startswith("linux"):
            yield f"the module server is not tested on {sys.platform}"
        if _core_series() not in CORES:
            yield f"the module server knows ansible-core {', '.join(CORES)}, and this is {core_version}"
        yield from self._reasons_of_task()
        yield from self._reasons_of_settings(task_vars)
        if not module_common.NEW_STYLE_PYTHON_MODULE_RE.search(Path(path).read_bytes()):
            yield "it is not written in Python for ansible.module_utils"
        interpreter = self._interpreter(path, task_vars)
        if not interpreter:
            yield "the Python of its host has yet to be discovered"
        elif not _same_interpreter(interpreter):
            yield f"its Python is {interpreter}, and the controller's is {sys.executable}"

    def _reasons_of_task(self) -> Iterator[str]:
        if self._task.async_val:
            yield "the task is asynchronous"
        if self._connection.become:
            yield "the task becomes another user"
        if self._connection.transport != "local":
            yield f"its connection is {self._connection.transport}"
        special = [name for name in self._environment() if name.startswith(START_ONLY) or not name.isidentifier()]
        if special:
            yield f"its environment sets {', '.join(special)}"

    def _reasons_of_settings(self, task_vars: dict[str, Any]) -> Iterator[str]:
        if C.DEFAULT_KEEP_REMOTE_FILES:
            yield "its files are to be kept"
        if C.config.get_config_value("PYTHON_MODULE_RLIMIT_NOFILE", variables=task_vars):
            yield "it has a limit of open files of its own"
        if "_ANSIBLE_COVERAGE_CONFIG" in os.environ:
            yield "its coverage is measured"
        core = Path(module_common._MODULE_UTILS_PATH).resolve()
        for folder in map(Path, module_utils_loader._get_paths(subdirs=False)):
            if folder.is_dir() and folder.resolve() != core and any(folder.iterdir()):
                yield f"there are module_utils of your own in {folder}"

    def _interpreter(self, path: str, task_vars: dict[str, Any]) -> str | None:
        """The interpreter that ansible-core would start; None: it would have to look for one first."""
        host = task_vars
        if self._task.delegate_to:
            host = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        written, arguments = module_common._extract_interpreter(Path(path).read_bytes())
        local = bool(getattr(self._connection, "_remote_is_local", False))
        try:
            shebang, _interpreter = module_common._get_shebang(
                written or "/usr/bin/python", host, self._templar, arguments, remote_is_local=local
            )
        except interpreter_discovery.InterpreterDiscoveryRequiredError:
            return None
        return str(shebang).removeprefix("#!")

    def _environment(self) -> dict[str, str]:
        """What `environment` adds for the task."""
        raw: dict[str, Any] = {}
        self._compute_environment_string(raw)
        return {str(name): str(value) for name, value in raw.items()}

    def _server(self, task_vars: dict[str, Any]) -> client.Server:
        """The module server of this run of Ansible: it finds collections where this play finds them."""
        finder = AnsibleCollectionConfig.collection_finder
        return client.Server(
            controller=os.getppid(),
            directory=C.DEFAULT_LOCAL_TMP,
            collections=tuple(str(path) for path in finder._n_collection_paths),
            expected=lambda: list(self._expected(_collections(task_vars))),
        )

    def _expected(self, collections: set[str]) -> Iterator[str]:
        """The modules of these collections that the play names."""
        play = self._task.get_play()
        of_roles = (block for role in play.roles for block in role.get_task_blocks())
        for action in dict.fromkeys(_actions([*play.pre_tasks, *of_roles, *play.tasks, *play.post_tasks])):
            collection, _dot, module = action.rpartition(".")
            if collection in collections:
                yield f"ansible_collections.{collection}.plugins.modules.{module}"


def _collections(task_vars: dict[str, Any]) -> set[str]:
    more = C.config.get_config_value("collections", plugin_type="action", plugin_name="in_process", variables=task_vars)
    return {*COLLECTIONS, *more}


def _actions(tasks: list[Block | Task]) -> Iterator[str]:
    """What the tasks do, in order, those in blocks with them."""
    for task in tasks:
        if isinstance(task, Block):
            yield from _actions([*task.block, *task.rescue, *task.always])
        else:
            yield task.action


def _core_series() -> str:
    return ".".join(core_version.split(".")[:2])


def _core() -> Core:
    return CORES[_core_series()]()


def _same_interpreter(interpreter: str) -> bool:
    """Whether this is the controller's, perhaps by another of its names, as python3 for python."""
    given, own = Path(interpreter), Path(sys.executable)
    return given.parent == own.parent and given.exists() and given.samefile(own)
