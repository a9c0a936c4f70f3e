"""The profile model of the demo, trained once and kept in runs/."""

import sys
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "runs" / "figures-profile"

sys.path.insert(0, str(ROOT / "profile"))


@cache
def demo_profiler() -> tuple[Any, Any]:
    """The shipped log, and the demo's profiler over it."""
    from user_profile.__main__ import main
    from user_profile.log.prepare import prepare
    from user_profile.model.saved import load_model
    from user_profile.serving.profiler import Profiler

    model = FOLDER / "profile.npz"
    if not model.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        if main(["demo", "--out", str(FOLDER)]) != 0:
            raise RuntimeError("the demo failed; its reason stands above")
    log = prepare(keep=True)
    return log, Profiler(load_model(model), log.sessions)
