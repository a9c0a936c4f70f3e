"""Names of categories are phrases that people would use, and one's own where a file says so."""

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.log.categories import Categories, rename_categories
from user_profile.log.category_names import name_categories, phrases

TEXTS = [
    *(f"{colour} METAL SIGN {word}" for colour in ("RED", "BLUE") for word in ("bar", "inn")),
    *(f"{colour} cushion cover {word}" for colour in ("red", "blue") for word in ("owl", "tea")),
    *(f"{n} paper chain" for n in range(3)),
    *(f"{n} jam jar" for n in range(3)),
]
LABELS = np.array([0] * 4 + [1] * 4 + [2] * 6)
DULL = frozenset({"red", "blue"})


def test_the_commonest_phrase_that_sets_it_apart():
    assert name_categories(TEXTS, LABELS, 3, DULL) == [
        "metal sign", "cushion cover", "paper chain, jam jar",
    ]  # fmt: skip


def test_no_two_have_one_name_and_one_without_words_has_none():
    assert name_categories(["mug", "mug", "12"], np.array([0, 1, 2]), 3, DULL) == [
        "mug", "mug (more)", "",
    ]  # fmt: skip


def test_phrases_end_at_dull_words_and_keep_hyphens():
    assert phrases("Red T-LIGHT holder, set of blue", DULL | {"set"}) == {
        "t-light", "holder", "t-light holder",
    }  # fmt: skip
    assert "杯子" in phrases("蓝色杯子", DULL)


def test_names_of_ones_own(tmp_path):
    found = Categories(np.zeros(3, np.int32), ("metal sign", "cushion cover"), {})
    path = tmp_path / "names.csv"
    path.write_text("category,name\nmetal sign,Signs\n")
    assert rename_categories(found, path).names == ("Signs", "cushion cover")
    path.write_text("category,name\nspoons,Signs\n")
    with pytest.raises(DataError, match=r"no category 'spoons'; .*metal sign; cushion cover"):
        rename_categories(found, path)
    path.write_text("category,name\nmetal sign,cushion cover\n")
    with pytest.raises(DataError, match="two have one name"):
        rename_categories(found, path)
