"""What was bought and what went back, as shops say it: by a word, by a sign, under any name."""

import json

import numpy as np
import pytest
from user_profile.log.readers import read_events
from user_profile.log.readers.kinds import by_meaning

from .written import write


def test_words_and_signs_say_what_was_bought_and_what_went_back(tmp_path):
    done = "wc-completed"
    rows = [("a", "x", 1, done), ("a", "y", 2, "wc-refunded"), ("a", "z", -3, done)]
    rows += [("b", "x", 1, "pending"), ("b", "y", 1, "")]
    text = "customer_id,sku,order_date,quantity,Order Status\n"
    text += "".join(f"{u},{i},2024-05-{n + 1:02},{q},{k}\n" for n, (u, i, q, k) in enumerate(rows))
    events, report = read_events(write(tmp_path, "orders.csv", text))
    kinds = [events.kinds[code] for code in events.kind]
    assert kinds == ["purchase", "cancellation", "cancellation", "pending", "purchase"]
    assert events.quantity.tolist() == [1, -2, -3, 1, 1]
    assert "'wc-refunded': read as cancellation" in str(report)
    assert "1 row of negative pieces or money" in str(report)


def test_a_log_of_views_alone_says_what_it_takes_for_orders(tmp_path):
    text = "user,item,time,event\na,x,2024-05-06,view\n"
    events, report = read_events(write(tmp_path, "clicks.csv", text))
    assert events.kinds == ("view",)
    assert "no kind is a purchase" in str(report)
    _, report = read_events(write(tmp_path, "bought.csv", text + "a,x,2024-05-06,achat\n"))
    assert "no kind" not in str(report)


@pytest.mark.parametrize("word", ["OK", "gebucht"])
def test_a_status_beside_a_cancellation_is_a_purchase_and_negative_pieces_go_back(tmp_path, word):
    rows = [("x", 2, word), ("y", 1, word), ("x", -1, word), ("y", 1, "Storno"), ("y", 1, "?")]
    text = "user,item,time,quantity,status\n"
    text += "".join(f"a,{i},2024-05-{n + 1:02},{q},{k}\n" for n, (i, q, k) in enumerate(rows))
    events, report = read_events(write(tmp_path, "till.csv", text))
    kinds = [events.kinds[code] for code in events.kind]
    assert kinds == ["purchase", "purchase", "cancellation", "cancellation", "?"]
    assert events.quantity.tolist() == [2, 1, -1, -1, 1]
    assert f"'{word}': read as purchase" in str(report)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_column_of_any_name_that_tells_what_went_back_is_read(tmp_path, form):
    header = ["user", "item", "time", "note", "art des postens"]
    rows = [
        ["a", f"i{n % 7}", f"2024-05-{n % 28 + 1:02}", f"note {n}", "Verkauf"] for n in range(90)
    ]
    rows[40][-1] = "Storno"
    text = "\n".join(",".join(row) for row in [header, *rows])
    if form == "jsonl":
        text = "\n".join(json.dumps(dict(zip(header, row))) for row in rows)
    events, report = read_events(write(tmp_path, f"log.{form}", text))
    assert [row for row, kind in enumerate(events.kind) if events.kinds[kind] != "purchase"] == [40]
    assert "kind=art des postens" in str(report)
    assert "'Storno': read as cancellation" in str(report)
    named = {"user": "user", "item": "item", "time": "time"}  # who names columns names all
    assert read_events(tmp_path / f"log.{form}", mapping=named)[0].kinds == ("event",)


@pytest.mark.parametrize("money", ["price", "amount"])
@pytest.mark.parametrize(("pieces", "paid"), [(2, -10), (-2, 10), (-2, -10)])
def test_money_that_is_given_back_goes_back_however_it_is_written(tmp_path, money, pieces, paid):
    text = f"user,item,time,quantity,{money}\na,x,2024-05-06,2,10\na,x,2024-05-09,{pieces},{paid}\n"
    if money == "amount" and pieces * paid < 0 < paid:
        text = text.replace(f"{pieces},{paid}", f"{pieces},-{paid}")
    events, report = read_events(write(tmp_path, "credit.csv", text))
    assert [events.kinds[code] for code in events.kind] == ["purchase", "cancellation"]
    assert events.quantity.tolist() == [2, -2]
    assert events.price[0] == events.price[1] > 0
    assert "1 row of negative pieces or money: read as cancellations" in str(report)


def test_the_words_of_kept_histories_mean_what_they_mean_in_a_log():
    kind, kinds = by_meaning(np.array([0, 1, 2, 3, 0]), ("bezahlt", "storniert", "paid", "view"))
    assert [kinds[code] for code in kind] == ["purchase", "cancellation", "purchase", "view"] + [
        "purchase"
    ]
