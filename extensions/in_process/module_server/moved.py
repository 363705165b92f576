# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Finds module_utils that have moved to another collection, as ansible-core does when it packs a module.

ansible-core reads the routing of each collection, its own of ten thousand lines among them, before the first import.
Modules want of it only where module_utils have gone that are not there, which is seldom: so it is read then.
"""

from __future__ import annotations

import functools
import importlib
import importlib.abc
import importlib.machinery
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

from ansible.utils.collection_loader import _collection_finder
from ansible.utils.collection_loader._collection_meta import _meta_yml_to_dict

NAME = re.compile(r"(ansible|ansible_collections\.\w+\.\w+\.plugins)\.module_utils\b.*")


class MovedModuleUtils(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Asked last, for what nobody has found."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Part of Python's import system."""
        known = moved(fullname)
        if fullname in known:
            return importlib.machinery.ModuleSpec(fullname, self)
        if not any(name.startswith(f"{fullname}.") for name in known):
            return None
        # What has moved may have taken its package along. Ansible's finder wants a place to search, and finds nothing.
        package = importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        package.submodule_search_locations = [os.devnull]
        return package

    def exec_module(self, module: ModuleType) -> None:
        """Let the module that it has moved to stand under its old name too."""
        target = moved(module.__name__).get(module.__name__)
        if target:
            sys.modules[module.__name__] = importlib.import_module(target)


def install() -> None:
    """Find moved module_utils so, and read no routing before."""
    # Made to be replaced, as its docstring says.
    _collection_finder._meta_yml_to_dict = lambda _text, _name: {}
    sys.meta_path.append(MovedModuleUtils())


def moved(name: str) -> dict[str, str]:
    """Old and new names of all that has moved from the collection, or the ansible-core, that `name` is of."""
    found = NAME.fullmatch(name)
    return _moved(found[1]) if found else {}


@functools.cache
def _moved(plugins: str) -> dict[str, str]:
    package = plugins.removesuffix(".plugins")
    folder = Path(next(iter(importlib.import_module(package).__path__)))
    file = folder / ("config/ansible_builtin_runtime.yml" if package == "ansible" else "meta/runtime.yml")
    if not file.is_file():
        return {}
    routing = _meta_yml_to_dict(file.read_bytes(), str(file)).get("plugin_routing") or {}
    entries = (routing.get("module_utils") or {}).items()
    return {
        f"{plugins}.module_utils.{name}": full_name(entry["redirect"]) for name, entry in entries if "redirect" in entry
    }


def full_name(redirect: str) -> str:
    """Where a redirect leads: to a full name, or to one in short form, as amazon.aws.route53."""
    if redirect.startswith("ansible_collections.") or redirect.count(".") < 2:
        return redirect  # ansible-core has one that names a collection alone, which leads nowhere
    namespace, collection, name = redirect.split(".", 2)
    return f"ansible_collections.{namespace}.{collection}.plugins.module_utils.{name}"
