"""A trained sequence model as one .npz file: parameters, ids, features, settings, and a version."""

import dataclasses
import json
from pathlib import Path

import numpy as np
from scipy import sparse

from attention.training import FileFormatError, load_arrays, save_arrays

from .features import Column, UserFeatures
from .recommender import Trained
from .rules import Rules
from .settings import Settings
from .training import new_model

VERSION = 2
FORMAT = "user_profile sequence model"
_PARAMETERS = "parameters/"


def save_model(path: str | Path, trained: Trained) -> None:
    """Write a model; a crash leaves the old file whole."""
    arrays = {_PARAMETERS + name: a for name, a in trained.model.state_dict().items()}
    about = {
        "features": [dataclasses.asdict(column) for column in trained.features.columns],
        "settings": dataclasses.asdict(trained.settings),
        "log": trained.log,
    }
    arrays |= {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "items": np.array(json.dumps(trained.items)),  # one text: a single long id costs its length
        "rules/data": trained.rules.follows.data,
        "rules/indices": trained.rules.follows.indices,
        "rules/indptr": trained.rules.follows.indptr,
        "rules/weight": np.array(trained.rules.weight),
        "about": np.array(json.dumps(about)),
    }
    save_arrays(path, arrays)


def load_model(path: str | Path) -> Trained:
    """Read a model. Raises FileNotFoundError, or FileFormatError if it is cut short or another."""
    arrays = load_arrays(path)
    if str(arrays.get("format", "")) != FORMAT:
        raise FileFormatError(
            f"{path} is not a sequence model; name a file that `sequences train` wrote."
        )
    if int(arrays["version"]) != VERSION:
        raise FileFormatError(
            f"{path} is a model of version {arrays['version']}, this is version {VERSION}; "
            "train again, or use the release that wrote it."
        )
    try:
        about = json.loads(str(arrays["about"]))
        features = UserFeatures(
            [
                Column(column["name"], tuple(column["values"]), tuple(column["edges"]))
                for column in about["features"]
            ]
        )
        settings = Settings(**about["settings"])
        items = tuple(json.loads(str(arrays["items"])))
        model = new_model(len(items), features.size, settings)
        model.load_state_dict(
            {
                name.removeprefix(_PARAMETERS): array
                for name, array in arrays.items()
                if name.startswith(_PARAMETERS)
            }
        )
        follows = sparse.csr_array(
            tuple(arrays[f"rules/{name}"] for name in ("data", "indices", "indptr")),
            (len(items), len(items)),
        )
        rules = Rules(follows, float(arrays["rules/weight"]))
    except (KeyError, TypeError, ValueError) as error:
        raise FileFormatError(
            f"{path} does not hold a whole sequence model ({error}); train again."
        ) from error
    return Trained(model, items, features, settings, about["log"], rules)
