"""What a session did, in the words of its log: who looks has neither bought nor cancelled."""

import numpy as np
import pytest
from user_profile.features.history import read_history
from user_profile.log.prepare import prepare
from user_profile.serving.report import describe_session
from user_profile.serving.words import BUYING, LOOKING, deeds, words_of

ROWS = """user,item,time,kind,quantity
u,a,2024-01-01 10:00,view,1
u,b,2024-01-01 10:01,view,1
u,a,2024-01-01 10:02,purchase,2
u,c,2024-03-01 10:00,view,1
u,a,2024-05-01 10:00,cancellation,1
v,a,2024-05-02 10:00,purchase,1
"""


def history_of(path, rows):
    path.write_text(rows, encoding="utf-8")
    return read_history(prepare(path).sessions)


@pytest.fixture
def shop(tmp_path):
    return history_of(tmp_path / "shop.csv", ROWS)


def test_each_session_is_told_by_what_it_did_above_all(shop):
    assert words_of(shop) is BUYING
    assert [describe_session(shop, session) for session in range(4)] == [
        "2024-01-01 bought 1 item",
        "2024-03-01 looked at 1 item",
        "2024-05-01 cancelled 1 item",
        "2024-05-02 bought 1 item",
    ]
    np.testing.assert_array_equal(deeds(shop, 0, 3), [[1, 0, 2], [0, 0, 1], [0, 1, 0]])
    np.testing.assert_array_equal(deeds(shop, 3, 1), [[1, 0, 0]])
    assert deeds(shop, 4, 0).shape == (0, 3)


def test_a_log_without_purchases_is_looked_at_and_one_without_kinds_buys(tmp_path):
    rows = [row for row in ROWS.splitlines(keepends=True) if "cancellation" not in row]
    views = history_of(tmp_path / "views.csv", "".join(rows).replace("purchase", "view"))
    assert words_of(views) is LOOKING
    assert describe_session(views, 0) == "2024-01-01 looked at 2 items"
    rows = [row.split(",")[:3] for row in ROWS.splitlines()]
    plain = history_of(tmp_path / "plain.csv", "\n".join(map(",".join, rows)))
    assert words_of(plain) is BUYING
    assert describe_session(plain, 0) == "2024-01-01 bought 2 items"
