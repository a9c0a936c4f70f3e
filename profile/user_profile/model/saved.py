"""A trained model as one .npz file: parameters, feature spec, settings, and a version."""

import dataclasses
import json
from pathlib import Path

import numpy as np

from attention.files import ArrayFile, Field, FileFormatError, as_settings, save_arrays
from attention.layers import check_claims, read_parameters

from ..features import context, past_items, season
from ..features.labels import Thresholds
from ..features.scaling import Scaling
from ..features.spec import FeatureSpec
from ..features.year_before import NO_MISSES, Misses
from .decisions import Decisions
from .outlook import SPEND_BANDS
from .settings import Settings
from .trained import Trained, new_model

VERSION = 4
FORMAT = "user_profile model"
LAYERS = ("session_layers", "customer_layers", "interest_layers")
_PARTS = ("mean", "spread")
_SCALED = {  # and how many features it has
    "context": len(context.NAMES),
    "outlook": len(context.OUTLOOK_NAMES),
    "pair": len(past_items.NAMES),
    "season": len(season.NAMES),
}
_DECISIONS = {
    "levels": Field("f", (2, 2)),
    "spend": Field("f", (2, 2)),
    "residuals": Field("f", (None,)),
    "worth": Field("f", (None,)),
}


_MEASURED = "covered"


def save_model(path: str | Path, trained: Trained) -> None:
    """Write a model; a crash leaves the old file whole."""
    spec = trained.spec
    arrays = {f"parameters/{name}": a for name, a in trained.model.state_dict().items()}
    for name in _SCALED:
        scaling: Scaling = getattr(spec, name)
        arrays |= {f"{name}/mean": scaling.mean, f"{name}/spread": scaling.spread}
    arrays |= {
        "format": np.array(FORMAT),
        "version": np.array(VERSION),
        "items": np.array(spec.items),
        "kinds": np.array(spec.kinds),
        "category": spec.category,
        "item_side": spec.item_side,
        "buying": spec.buying,
        "misses": np.stack(spec.misses),
        "without": np.array(spec.without, dtype=str),
        "category_names": np.array(spec.category_names),
        "side": np.array(json.dumps({k: list(v) for k, v in spec.side.items()})),
        "thresholds/high": spec.thresholds.high,
        "thresholds/spend": spec.thresholds.spend,
        **{f"decisions/{name}": getattr(trained.decisions, name) for name in _DECISIONS},
        f"decisions/{_MEASURED}": trained.decisions.covered,
        "decisions/taught": np.array(trained.decisions.taught, dtype=str),
        "settings": np.array(json.dumps(dataclasses.asdict(trained.settings))),
        "log": np.array(json.dumps(trained.log)),
    }
    save_arrays(path, arrays)


def load_model(path: str | Path) -> Trained:
    """Read a model. Raises FileNotFoundError, or FileFormatError if it is cut short or another."""
    with ArrayFile(path, "a profile model") as file:
        if "format" not in file.members or file.text("format") != FORMAT:
            raise FileFormatError(f"{path} is not a profile model; name a file that `train` wrote.")
        file.check_version(VERSION)
        settings = as_settings(Settings, file.object("settings"), str(path))
        spec = _read_spec(file)
        claims = {"behaviours.item.table": (len(spec.items) + 1, settings.embed_dim)}
        layers = max(getattr(settings, name) for name in LAYERS)
        check_claims(file, "parameters/", claims, layers)
        model = new_model(spec, settings)
        read_parameters(file, "parameters/", model)
        schema = {**_DECISIONS, "taught": Field("U", (None,))}
        found = file.read({f"decisions/{name}": field for name, field in schema.items()})
        taught = tuple(found["decisions/taught"].tolist())
        rules = {name: found[f"decisions/{name}"] for name in _DECISIONS}
        if f"decisions/{_MEASURED}" in file.members:  # older models do not have it
            schema = {f"decisions/{_MEASURED}": Field("f", (None, 2))}
            rules[_MEASURED] = file.read(schema)[f"decisions/{_MEASURED}"]
        decisions = Decisions(**rules, taught=taught)
        log = file.json("log")
        if not isinstance(log, list) or not all(isinstance(epoch, dict) for epoch in log):
            raise file.error("its log must be a list of objects")
        file.nothing_else()
    return Trained(model, spec, settings, decisions, log)


def _read_spec(file: ArrayFile) -> FeatureSpec:
    """All but the parameters, each part of the length that the others ask for."""
    names = ("items", "kinds", "without", "category_names")
    texts = file.read({name: Field("U", (None,)) for name in names})
    items, kinds, without, categories = (tuple(texts[name].tolist()) for name in names)
    side = file.object("side")
    for name, values in side.items():
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise file.error(f"the values of side feature {name} must be a list of texts")
    sizes = _SCALED.items()
    features = {f"{name}/{part}": Field("f", (n,)) for name, n in sizes for part in _PARTS}
    arrays = file.read(
        {
            "category": Field("i", (len(items),)),
            "item_side": Field("f", (len(items), None)),
            "buying": Field("f", (None,)),
            "thresholds/high": Field("n", (len(categories),)),
            "thresholds/spend": Field("n", (len(SPEND_BANDS) - 2,)),
            **features,
        }
    )
    misses = NO_MISSES
    if "misses" in file.members:  # older models do not have it
        date, *rest = file.read({"misses": Field("f", (3, None))})["misses"]
        misses = Misses(date.astype(np.int64), *rest)
    category = arrays["category"]
    if ((category < 0) | (category >= len(categories))).any():
        raise file.error("an item is of a category that has no name")
    return FeatureSpec(
        items=items,
        kinds=kinds,
        category=category,
        item_side=arrays["item_side"],
        buying=arrays["buying"],
        misses=misses,
        without=without,
        category_names=categories,
        side={name: tuple(values) for name, values in side.items()},
        thresholds=Thresholds(arrays["thresholds/high"], arrays["thresholds/spend"]),
        **{name: Scaling(*(arrays[f"{name}/{part}"] for part in _PARTS)) for name in _SCALED},
    )
