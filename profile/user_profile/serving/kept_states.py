"""The states of all customers, kept beside prepared logs: to encode everybody is most of a list.

A copy is named after all that it was made from, the model, the log and this code among it, so that
others find none; a damaged one is made anew.
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

import attention
from attention.files import ArrayFile, Field, FileFormatError, fingerprint, save_arrays

from .. import features
from .. import model as network
from ..features.featurizer import Featurizer
from ..log.kept import bound, cache_folder
from ..model import ProfileModel
from ..training import states as room
from ..training.states import States, encode_all

_MOST = 200_000_000  # bytes of one copy
_READ = ("item", "kind", "quantity", "price", "place", "offsets", "user", "start", "end")


def fits(model: ProfileModel, featurizer: Featurizer) -> bool:
    """Whether the states of everybody are few enough to be held at once."""
    start, history = model.customers.start.data, featurizer.history
    return (len(history.user) + len(history.users)) * start.nbytes <= _MOST


def kept_states(model: ProfileModel, featurizer: Featurizer) -> States:
    """`encode_all`, from the copy if there is one; else it leaves one there."""
    path = cache_folder() / f"states-{_mark(model, featurizer)}.npz"
    start, history = model.customers.start.data, featurizer.history
    first = history.user_offsets[:-1] + np.arange(len(history.users))
    shape = (len(history.user) + len(history.users), len(start))
    try:
        with ArrayFile(path, "kept states") as file:
            rows = file.read({"rows": Field(start.dtype.str[1:], shape)})["rows"]
        path.touch()
        return States(rows, first)
    except (OSError, FileFormatError, ValueError, KeyError, TypeError):
        pass
    states = encode_all(model, featurizer)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        save_arrays(path, {"rows": states.rows})
        bound(path.parent, path)
    except (OSError, ValueError) as error:
        print(f"the states are not kept: {error}", file=sys.stderr)
    return states


def _mark(model: ProfileModel, featurizer: Featurizer) -> str:
    history, spec = featurizer.history, featurizer.spec
    return fingerprint(
        _code(),
        *(table for pair in sorted(model.state_dict().items()) for table in pair),
        *(getattr(history, name) for name in _READ),
        featurizer.side,
        spec.item_side,
        spec.without,
    )


def _code() -> str:
    """A hash of the rooms that make states."""
    state = hashlib.sha256(Path(room.__file__).read_bytes())
    for package in (features, network, attention):
        for file in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            state.update(file.read_bytes())
    return state.hexdigest()
