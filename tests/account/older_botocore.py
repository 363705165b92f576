"""A botocore from before GetBillingPreferences, as far as a client can tell."""

from __future__ import annotations

import json
from pathlib import Path

import botocore.session


def without_the_operations(directory: Path) -> str:
    """A directory with the older description of the service, for AWS_DATA_PATH."""
    loader = botocore.session.get_session().get_component("data_loader")
    version = loader.determine_latest_version("billing", "service-2")
    model = loader.load_service_model("billing", "service-2")
    left = {name: one for name, one in model["operations"].items() if "BillingPreferences" not in name}
    assert len(left) == len(model["operations"]) - 2
    place = directory / "older" / "billing" / version
    place.mkdir(parents=True)
    (place / "service-2.json").write_text(json.dumps({**model, "operations": left}))
    return str(directory / "older")
