"""Loaded by the process that modules are forked from: botocore's data is read there once, and not in each fork anew."""

from __future__ import annotations

import botocore.loaders
import botocore.session

_LOADER = botocore.loaders.Loader()
_own = botocore.session.create_loader


def _create_loader(search_path_string: str | None = None) -> botocore.loaders.Loader:
    return _LOADER if search_path_string is None else _own(search_path_string)


botocore.session.create_loader = _create_loader
for _name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
    _LOADER.load_data(_name)
