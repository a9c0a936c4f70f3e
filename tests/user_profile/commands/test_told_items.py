"""Items of a visit as they are typed after `update --items`."""

import pytest
from user_profile.commands.update import read_items
from user_profile.errors import DataError


@pytest.mark.parametrize("items", ["a:1:nan", "a:nan", "a:1:inf", "a:1:-2", "a:1e200:1e200", ":1"])
def test_numbers_that_are_no_price_are_refused(items):
    with pytest.raises(DataError, match="ID:PIECES:PRICE"):
        read_items(items)


def test_prices_of_an_update():
    assert read_items("a,b:2,c:3:4.5") == [("a", 1, None, "purchase"), ("b", 2, None, "purchase"),
                                           ("c", 3, 4.5, "purchase")]  # fmt: skip


def test_ids_of_an_update_may_hold_commas_and_colons():
    known = ["mug, blue", "urn:sku:7", "M1", "a:2"]
    said = read_items('"mug, blue":2, urn:sku:7:3:1.5,m1, a:2', known)
    assert [event[:3] for event in said] == [
        ("mug, blue", 2, None), ("urn:sku:7", 3, 1.5), ("M1", 1, None), ("a:2", 1, None),
    ]  # fmt: skip
    with pytest.raises(DataError, match="in double quotes"):
        read_items("urn:sku:8:3", known)
