"""Orders, revenue and RFM by hand, and what marketing does with them."""

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.features.history import read_history
from user_profile.log.sessions import group_sessions
from user_profile.serving.allowed import Allowed, read_stock
from user_profile.serving.facts import CLASSES, describe_facts, fact_row, read_facts
from user_profile.serving.lift import lift_curve

from tests.user_profile.shop_log import DAY, make_events


def row(user, day, item, money, kind="purchase"):
    return (user, f"{user}{day}{kind}", item, kind, day * DAY, 2, money / 2, item)


ROWS = [
    row("c1", 0, "i1", 10), row("c1", 0, "i2", 6), row("c1", 40, "i1", 20),
    row("c1", 41, "i1", 20, "cancellation"), row("c1", 90, "i3", 1000),
    row("c2", 60, "i2", 5), row("c3", 95, "i2", 5),
]  # fmt: skip


@pytest.fixture(scope="module")
def history():
    return read_history(group_sessions(make_events(ROWS)))


def test_orders_cancellations_and_money_before_a_moment(history):
    facts = read_facts(history, 80 * DAY)
    assert fact_row(facts, 0) == {
        "orders": 2, "cancellations": 1, "revenue": 36.0, "returned": 20.0, "mean_order": 18.0,
        "first_order": "1970-01-01", "last_order": "1970-02-10",
        "rfm": "244", "rfm_class": "at risk",
    }  # fmt: skip
    assert fact_row(facts, 2)["first_order"] == ""
    assert facts.orders.tolist() == [2, 1, 0]
    said = "\n".join(describe_facts(facts, 0, 80 * DAY))
    assert "2 orders, 1 cancellation" in said
    assert "revenue 36, 18 an order, 20 given back" in said
    assert describe_facts(facts, 2, 80 * DAY) == ["  No order yet."]


def test_an_order_that_is_cancelled_later_under_its_own_number_was_an_order_before():
    rows = [("c1", "order 7", item, kind, day * DAY, 1, 5.0, item)
            for item, kind, day in (("i1", "purchase", 0), ("i2", "purchase", 0),
                                    ("i1", "cancellation", 20))]  # fmt: skip
    history = read_history(group_sessions(make_events(rows)))
    before, after = (fact_row(read_facts(history, day * DAY), 0) for day in (10, 30))
    assert (before["orders"], before["cancellations"], before["revenue"]) == (1, 0, 10)
    assert (after["orders"], after["cancellations"], after["returned"]) == (1, 1, 5)
    assert before["last_order"] == after["last_order"] == "1970-01-01"


def test_scores_are_fifths_and_equals_score_alike():
    rows = [row(f"c{n}", n, "i1", 10 + n) for n in range(10)]
    facts = read_facts(read_history(group_sessions(make_events(rows))), 20 * DAY)
    assert facts.rfm[:, 0].tolist() == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert set(facts.rfm[:, 1].tolist()) == {3}  # one order each
    assert facts.rfm[:, 2].tolist() == facts.rfm[:, 0].tolist()
    assert CLASSES[facts.rfm_class[9]] == "loyal"


def test_allowed_items(history):
    users, late = np.array([0, 1]), 80 * DAY
    assert Allowed().mask(history, users, late) is None
    had = np.array([[True, True, False], [False, True, False]])
    assert np.array_equal(Allowed(new=False).mask(history, users, late), had)
    assert np.array_equal(Allowed(repeated=False).mask(history, users, late), ~had)
    stock = np.array([True, False, False])
    assert np.array_equal(Allowed(stock, new=False).mask(history, users, late), had & stock)
    assert Allowed(stock).mask(history, users, late).tolist() == [[True, False, False]] * 2


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("red mug\ni2\n\ni2\n", ["red mug", "i2"]),
        ('sku;left\n"i1";3\n\ni2;0\n', ["i1", "i2"]),
        ("name,Product ID,left\n\"mug, blue\",i1,3\ncup,i2,0\n", ["i1", "i2"]),
        ("商品编号\n茶杯\n".encode("gb18030"), ["茶杯"]),
        ("item\n", None),
        ("", None),
    ],
)  # fmt: skip
def test_stock_is_an_id_a_line_or_the_column_of_items(tmp_path, content, found):
    path = tmp_path / "stock.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    if found:
        assert read_stock(path) == found
    else:
        with pytest.raises(DataError, match="names no item"):
            read_stock(path)


def test_lift_is_precision_over_that_of_all():
    buys = np.array([1, 1, 0, 0, 0, 0, 0, 1, 0, 0])
    curve = lift_curve(-np.arange(10), buys, (0.2, 0.5, 1.0))
    assert curve.customers.tolist() == [2, 5, 10]
    assert curve.precision.tolist() == pytest.approx([1, 0.4, 0.3])
    assert curve.reached.tolist() == pytest.approx([2 / 3, 2 / 3, 1])
    assert curve.lift.tolist() == pytest.approx([10 / 3, 4 / 3, 1])
    assert curve.rows()[0] == {
        "share": 0.2, "customers": 2, "precision": 1, "reached": 0.6667, "lift": 3.333,
    }  # fmt: skip
