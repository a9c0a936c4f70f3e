"""A trained model as one .npz file: parameters, vocabulary, settings, and a version."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from attention.training import FileFormatError, load_arrays, save_arrays

from ..features.labels import Thresholds
from ..features.reader import Vocabulary
from ..features.scaling import Scaling
from .settings import Settings
from .trained import Trained, new_model

VERSION = 1
FORMAT = "user_profile model"
_SCALINGS = ("context", "outlook", "pair", "season")


def save_model(path: str | Path, trained: Trained) -> None:
    """Write a model; a crash leaves the old file whole."""
    vocabulary = trained.vocabulary
    arrays = {f"parameters/{name}": a for name, a in trained.model.state_dict().items()}
    for name in _SCALINGS:
        scaling: Scaling = getattr(vocabulary, name)
        arrays |= {f"{name}/mean": scaling.mean, f"{name}/spread": scaling.spread}
    arrays |= {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "items": np.array(vocabulary.items),
        "kinds": np.array(vocabulary.kinds),
        "category": vocabulary.category,
        "item_side": vocabulary.item_side,
        "without": np.array(vocabulary.without, dtype=str),
        "category_names": np.array(vocabulary.category_names),
        "side": np.array(json.dumps({k: list(v) for k, v in vocabulary.side.items()})),
        "thresholds/high": vocabulary.thresholds.high,
        "thresholds/spend": vocabulary.thresholds.spend,
        "settings": np.array(json.dumps(dataclasses.asdict(trained.settings))),
        "log": np.array(json.dumps(trained.log)),
    }
    save_arrays(path, arrays)


def load_model(path: str | Path) -> Trained:
    """Read a model. Raises FileNotFoundError, or FileFormatError if it is cut short or another."""
    arrays = load_arrays(path)
    if str(arrays.get("format", "")) != FORMAT:
        raise FileFormatError(f"{path} is not a profile model; name a file that `train` wrote.")
    if int(arrays["version"]) != VERSION:
        raise FileFormatError(
            f"{path} is a model of version {arrays['version']}, this is version {VERSION}; "
            "train again, or use the release that wrote it."
        )
    try:
        vocabulary = Vocabulary(
            items=_strings(arrays["items"]),
            kinds=_strings(arrays["kinds"]),
            category=arrays["category"],
            item_side=arrays["item_side"],
            without=_strings(arrays["without"]),
            category_names=_strings(arrays["category_names"]),
            side={k: tuple(v) for k, v in json.loads(str(arrays["side"])).items()},
            thresholds=Thresholds(arrays["thresholds/high"], arrays["thresholds/spend"]),
            **{
                name: Scaling(arrays[f"{name}/mean"], arrays[f"{name}/spread"])
                for name in _SCALINGS
            },
        )
        settings = Settings(**json.loads(str(arrays["settings"])))
        model = new_model(vocabulary, settings)
        prefix = "parameters/"
        model.load_state_dict(
            {name[len(prefix) :]: a for name, a in arrays.items() if name.startswith(prefix)}
        )
        return Trained(model, vocabulary, settings, json.loads(str(arrays["log"])))
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(
            f"{path} does not hold a whole profile model ({error}); train again."
        ) from error


def _strings(array: np.ndarray) -> tuple[str, ...]:
    return tuple(array.tolist())
