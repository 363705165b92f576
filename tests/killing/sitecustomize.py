"""Found by every interpreter of a command that is to be killed: counts its steps with those of the others."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

if "KILLING_LOG" in os.environ:
    # The first interpreter is the command itself, and its id stays in the environment of those that it starts.
    main = int(os.environ.setdefault("KILLING_MAIN", str(os.getpid())))
    spec = importlib.util.spec_from_file_location("killing_steps", Path(__file__).with_name("steps.py"))
    assert spec is not None
    assert spec.loader is not None
    steps = importlib.util.module_from_spec(spec)
    sys.modules["killing_steps"] = steps
    spec.loader.exec_module(steps)
    plan = steps.plan_of_environment()
    if importlib.util.find_spec("botocore"):
        steps.install(plan, main)
