# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""What the module server loads once and every fork finds: what modules import, their code, botocore's data."""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from ansible.utils.collection_loader._collection_finder import _AnsibleCollectionFinder

from . import PROFILE, moved

# amazon.aws makes a session for each client, and few modules have more clients than this.
SPARE_SESSIONS = 8
# A method of botocore's loader, and its arguments.
Reading = tuple[str | None, ...]


class AnsibleModules(importlib.abc.MetaPathFinder):
    """Finds the Ansible modules that are prepared, whose loaders hold their compiled code."""

    def __init__(self) -> None:
        self._specs: dict[str, importlib.machinery.ModuleSpec] = {}
        self.services: dict[str, list[str]] = {}
        """Of each prepared module, the AWS services that it names."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of Python's import system."""
        return self._specs.get(fullname)

    def prepare(self, name: str) -> None:
        """Compile a module and import what it imports; the module itself is not run."""
        if name in self._specs:
            return
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            raise ImportError(name)
        # Ansible's loader keeps both.
        source, _code = spec.loader.get_source(name), spec.loader.get_code(name)  # type: ignore[attr-defined]
        tree = ast.parse(source)
        for imported in imports(tree, spec.parent or ""):
            # What is missing, or is no module but a name in one, is for the module to find out.
            with contextlib.suppress(Exception):
                importlib.import_module(imported)
        self._specs[name] = spec
        self.services[name] = list(services(tree))


class BotocoreData:
    """The data that all sessions of botocore share: what one fork had to read, the later ones find read."""

    def __init__(self) -> None:
        import botocore.client
        import botocore.loaders
        import botocore.session

        asked = self._asked = dict[Reading, None]()
        self._at_fork = 0

        class Loader(botocore.loaders.Loader):
            """botocore's, noting what is asked of it."""

            def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
                asked["load_service_model", service_name, type_name, api_version] = None
                return super().load_service_model(service_name, type_name, api_version)

            def load_data_with_path(self, name: str) -> Any:
                asked["load_data_with_path", name] = None
                return super().load_data_with_path(name)

        self._loader = Loader()
        own = botocore.session.create_loader

        def create_loader(search_path_string: str | None = None) -> botocore.loaders.Loader:
            # A data path of the user's own gets a loader of its own.
            return self._loader if search_path_string is None else own(search_path_string)

        botocore.session.create_loader = create_loader
        spares = self._spares = list[botocore.session.Session]()
        self._new_session = botocore.session.Session
        own_session = botocore.session.get_session

        def get_session(env_vars: dict[str, Any] | None = None) -> botocore.session.Session:
            # Made, but not used yet: what a session reads of the environment it reads when it is used.
            return spares.pop() if spares and env_vars is None else own_session(env_vars)

        botocore.session.get_session = get_session
        self._share_models(botocore.client.ClientCreator)

    def _share_models(self, creator: Any) -> None:
        """Let clients of a service share its model: what one looked up in it, as its errors, others find."""
        own = getattr(creator, "_load_service_model", None)
        if own is None:
            return  # a botocore that does this in another way
        models = dict[tuple[Any, str, str | None], Any]()

        def load_service_model(client_creator: Any, service_name: str, api_version: str | None = None) -> Any:
            key = (client_creator._loader, service_name, api_version)
            if key not in models:
                models[key] = own(client_creator, service_name, api_version)
            return models[key]

        creator._load_service_model = load_service_model

    def rehearse(self, service: str) -> None:
        """Make a client as a module would, which calls nobody: what that compiles and keeps, forks find."""
        import boto3.session
        import botocore.config

        session = boto3.session.Session("-", "-", region_name="us-east-1", botocore_session=self._new_session())
        # Other modes may ask the machine where it is.
        client = session.client(service, config=botocore.config.Config(defaults_mode="legacy"))
        client.meta.service_model.shape_for_error_code("-")

    def add_spare(self) -> None:
        """Make one more session for each fork to come."""
        self._spares.append(self._new_session())

    def learn(self, readings: list[Reading]) -> None:
        """Read what a fork had to read."""
        for method, *arguments in readings:
            # What the fork did not find either needs no word.
            with contextlib.suppress(Exception):
                getattr(self._loader, str(method))(*arguments)
        self._at_fork = len(self._asked)

    def news(self) -> list[Reading]:
        """What this fork read, and the server had not."""
        return [*self._asked][self._at_fork :]


modules = AnsibleModules()
botocore_data: BotocoreData | None = None


def imports(tree: ast.Module, package: str) -> Iterator[str]:
    """The names of all modules that code may import, parents before children."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(relative, package) if node.level else relative
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names if alias.name != "*")


def services(tree: ast.Module) -> Iterator[str]:
    """The AWS services that code makes clients of, as far as it names them there: ``module.client("s3")``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            function, service = node.func, node.args[0].value
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name.endswith("client") and isinstance(service, str):
                yield service


def module_parts() -> None:
    """Import what runs a module, and what reads its arguments and writes its result."""
    basic = importlib.import_module("ansible.module_utils.basic")
    if hasattr(basic, "_ANSIBLE_PROFILE"):
        importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
        form = importlib.import_module("ansible.module_utils.common.json")
        form.get_module_decoder(PROFILE, form.Direction.CONTROLLER_TO_MODULE)
        form.get_module_encoder(PROFILE, form.Direction.MODULE_TO_CONTROLLER)


def start(collections: list[str]) -> None:
    """Find collections where Ansible does, and load what every AWS module needs."""
    global botocore_data  # noqa: PLW0603 - this module is the server's state
    _AnsibleCollectionFinder(collections, scan_sys_paths=False)._install()
    moved.install()
    sys.meta_path.insert(0, modules)
    module_parts()
    # Without boto3 the modules of other collections run all the same, and AWS modules ask for it.
    with contextlib.suppress(ImportError):
        importlib.import_module("boto3")
        botocore_data = BotocoreData()
    gc.freeze()


def prepare(name: str) -> None:
    """Load what a module needs, for the fork that runs it and for later ones."""
    # A module that cannot even be compiled fails in its fork, where its user is told.
    with contextlib.suppress(Exception):
        modules.prepare(name)
    gc.freeze()


def ahead(names: list[str]) -> Iterator[None]:
    """Load what modules that are still to come are going to need, piece by piece."""
    rehearsed = set[str]()
    for _session in range(SPARE_SESSIONS):
        if botocore_data:
            botocore_data.add_spare()
        gc.freeze()
        yield
    for name in names:
        prepare(name)
        yield
        for service in modules.services.get(name, []):
            if service not in rehearsed:
                rehearsed.add(service)
                rehearse(service)
                yield


def rehearse(service: str) -> None:
    """Do once what every client of a service has to do, but for a call."""
    if botocore_data:
        # What a setting of the user's makes impossible is for the module to tell.
        with contextlib.suppress(Exception):
            botocore_data.rehearse(service)
        gc.freeze()


def learn(readings: list[Reading]) -> None:
    """Load what a fork had to read."""
    if botocore_data and readings:
        botocore_data.learn(readings)
        gc.freeze()


def news() -> list[Reading]:
    """What this fork had to read."""
    return botocore_data.news() if botocore_data else []
