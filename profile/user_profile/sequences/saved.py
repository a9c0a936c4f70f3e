"""A trained sequence model as one .npz file: parameters, ids, features, settings, and a version."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from attention.files import (
    FLOAT,
    ArrayFile,
    Field,
    FileFormatError,
    as_settings,
    save_arrays,
)
from attention.layers import check_claims, read_parameters

from .clock import Clock
from .features import Column, UserFeatures
from .recommender import Trained
from .rules import Rules
from .settings import Settings
from .start import new_model

VERSION = 5
FORMAT = "user_profile sequence model"
_PARAMETERS = "parameters/"


def save_model(path: str | Path, trained: Trained) -> None:
    """Write a model; a crash leaves the old file whole."""
    arrays = {_PARAMETERS + name: a for name, a in trained.model.state_dict().items()}
    about = {
        "features": [dataclasses.asdict(column) for column in trained.features.columns],
        "settings": dataclasses.asdict(trained.settings),
        "log": trained.log,
        "clock": None if trained.clock is None else list(trained.clock.edges),
    }
    arrays |= {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "items": np.array(json.dumps(trained.items)),  # one text: a single long id costs its length
        "rules/data": trained.rules.follows.data,
        "rules/indices": trained.rules.follows.indices,
        "rules/indptr": trained.rules.follows.indptr,
        "rules/weight": np.array(trained.rules.weight),
        "rules/recent": np.array(float(trained.rules.recent)),
        "about": np.array(json.dumps(about)),
    }
    save_arrays(path, arrays)


def load_model(path: str | Path) -> Trained:
    """Read a model. Raises FileNotFoundError, or FileFormatError if it is cut short or another."""
    with ArrayFile(path, "a sequence model") as file:
        if "format" not in file.members or file.text("format") != FORMAT:
            raise FileFormatError(
                f"{path} is not a sequence model; name a file that `sequences train` wrote."
            )
        file.check_version(VERSION)
        about = file.object("about")
        settings = as_settings(Settings, about.get("settings"), str(path))
        features = _read_features(file, about.get("features"))
        log = about.get("log")
        if not isinstance(log, list) or not all(isinstance(epoch, dict) for epoch in log):
            raise file.error("its log must be a list of objects")
        items = file.json("items")
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise file.error("its items must be a list of texts")
        E, hidden = settings.embed_dim, settings.hidden_dim
        claims = {"item.table": (len(items), E), "encoder.blocks.0.mlp.linear1.weight": (E, hidden)}
        clock = _read_clock(file, about.get("clock"))
        if clock is not None:
            claims["moment.table"] = (clock.size, E)
        if settings.positions == "learned":
            claims["position"] = (settings.max_length + 1, E)
        check_claims(file, _PARAMETERS, claims, settings.num_layers)
        model = new_model(len(items), features.size, settings, clock)
        read_parameters(file, _PARAMETERS, model)
        rules = _read_rules(file, len(items))
        file.nothing_else()
    return Trained(model, tuple(items), features, settings, log, rules, clock)


def _read_features(file: ArrayFile, columns: Any) -> UserFeatures:
    if not isinstance(columns, list):
        raise file.error("its features must be a list")
    where = f"{file.path}: feature"
    return UserFeatures([as_settings(Column, column, where) for column in columns])


def _read_clock(file: ArrayFile, edges: Any) -> Clock | None:
    if edges is None:
        return None
    if not isinstance(edges, list) or not all(isinstance(edge, float) for edge in edges):
        raise file.error("the periods of its clock must be a list of numbers")
    return Clock(tuple(edges))


def _read_rules(file: ArrayFile, items: int) -> Rules:
    """Counts in compressed rows, checked in full: an index out of range would end the process."""
    found = file.read(
        {
            "rules/data": Field("f", (None,)),
            "rules/indices": Field("i", (None,)),
            "rules/indptr": Field("i", (items + 1,)),
            "rules/weight": FLOAT,
            "rules/recent": FLOAT,
        }
    )
    data, indices, indptr, weight, recent = found.values()
    inside = ((indices >= 0) & (indices < items)).all() and len(indices) == len(data)
    if not inside or indptr[0] != 0 or indptr[-1] != len(data) or (np.diff(indptr) < 0).any():
        raise file.error("its rules are no matrix of items by items in compressed rows")
    if weight < 0 or (data < 0).any():
        raise file.error("its rules hold negative counts")
    if recent < 1:
        raise file.error("its rules start from no item")
    follows = sparse.csr_array((data, indices, indptr), (items, items))
    return Rules(follows, float(weight), int(recent))
