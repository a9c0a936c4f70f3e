"""Scores of histories in files, and what they are held to: what the commands say of them."""

import numpy as np
from user_profile.__main__ import main
from user_profile.model.saved import load_model
from user_profile.serving.applications import recommend, retention, risk
from user_profile.serving.profiler import Profiler


def check_scores(rows, model, sessions):
    """The rows are those of `recommend`, `risk` and `retention`, of everybody."""
    profiler = Profiler(load_model(model), sessions)
    users = np.arange(len(profiler.history.users))
    texts = [""] * len(profiler.spec.items)
    suggested = recommend(profiler, users, profiler.now, texts)
    place = {user: number for number, user in enumerate(profiler.history.users)}
    rows = sorted(rows, key=lambda row: place[row["user"]])
    ours = [(row["user"], one["item"], one["share"]) for row in rows for one in row["next"]]
    assert ours == [(row["customer"], row["item"], row["share"]) for row in suggested]
    assert {row["user"]: row["cancels"] for row in rows} == {
        row["customer"]: row["cancels"] for row in risk(profiler, users, profiler.now)
    }
    assert {row["user"]: (row["returns"], row["spend"]) for row in rows} == {
        r["customer"]: (r["returns"], r["spend"]) for r in retention(profiler, users, profiler.now)
    }


def write(folder, *batches):
    """A file of histories for each batch."""
    import pyarrow as pa
    from pyarrow import parquet

    folder.mkdir()
    for number, batch in enumerate(batches):
        parquet.write_table(pa.Table.from_batches([batch]), folder / f"{number}.parquet")
    return folder


def score(model, histories, out, *more):
    return main(["score", str(histories), "--out", str(out), "--model", str(model), *more])
