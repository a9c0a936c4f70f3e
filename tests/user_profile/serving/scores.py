"""What scores are held to: digit for digit what the commands say of the same customers."""

import numpy as np
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
