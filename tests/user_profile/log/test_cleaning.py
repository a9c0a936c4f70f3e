"""Cleaning and categories: the published counts of the shipped log come out stage by stage."""

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.log.categories import find_categories, read_categories
from user_profile.log.clean import charges_of, clean_events
from user_profile.log.clusters import silhouette
from user_profile.log.prepare import prepare
from user_profile.log.prepared import choose_categories
from user_profile.log.sessions import group_sessions
from user_profile.log.split import split_last_sessions


@pytest.fixture(scope="module")
def cleaned(retail):
    return clean_events(retail[0], charges_of(retail[1].format))


@pytest.mark.slow
def test_the_stages_reproduce_the_published_counts(retail, cleaned):
    events, _ = retail
    _, report = cleaned
    reference = report["no positive quantity or price"]
    assert reference[2:] == (397_884, 4_338, 18_532, 3_665)
    assert report["exact duplicates"].removed == 5_192
    assert report["exact duplicates"].rows == 392_692
    customers_and_cancellations = 135_080 - report["no customer"].removed
    no_customer = events.user == -1
    assert customers_and_cancellations == (no_customer & (events.kind == 1)).sum()


def test_every_row_is_either_kept_or_counted(retail, cleaned):
    events, report = cleaned
    purchases = events.kind == events.kinds.index("purchase")
    assert sum(stage.removed for stage in report.stages) + purchases.sum() == len(retail[0])
    assert report.stages[-1].rows == purchases.sum()
    assert report.cancellations == len(events) - purchases.sum()


def test_what_is_left_is_clean_and_numbered_without_gaps(cleaned):
    events, _ = cleaned
    assert events.quantity.min() > 0
    assert events.price.min() > 0
    assert not {"POST", "D", "M", "BANK CHARGES"} & set(events.items)
    for column, vocabulary in (("user", "users"), ("item", "items"), ("session", "sessions")):
        codes = getattr(events, column)
        assert np.array_equal(np.unique(codes), np.arange(len(getattr(events, vocabulary))))


def test_a_cancellation_is_behaviour_of_its_own_with_a_positive_quantity(cleaned):
    events, _ = cleaned
    cancelled = events.of_kind("cancellation")
    assert len(cancelled) > 8_000
    assert cancelled.quantity.min() > 0
    assert all(events.sessions[code].startswith("C") for code in np.unique(cancelled.session))


def test_two_thousand_and_ten_customers_have_three_invoices_or_more(retail):
    events, _ = clean_events(retail[0], non_products=())
    split = split_last_sessions(group_sessions(events), kind="purchase")
    assert len(split.test) == len(split.validation) == 2_010


def test_the_report_prints_as_an_aligned_table(cleaned):
    lines = str(cleaned[1]).splitlines()
    assert len({len(line) for line in lines[:-3]}) == 1
    assert "397,884" in lines[3]
    assert "cancellations kept apart" in lines[-2]
    assert "of money, which is in no revenue" in lines[-1]


def test_cleaning_leaves_its_input_alone_and_is_idempotent(cleaned):
    events, _ = cleaned
    before = events.quantity.copy()
    again, _ = clean_events(events.of_kind("purchase"))
    assert np.array_equal(events.quantity, before)
    assert len(again) == len(events.of_kind("purchase"))


def test_a_log_without_prices_or_kinds_of_its_own_can_be_cleaned(log):
    rows = [("a", "x", 1, "s"), ("a", "x", 1, "s"), ("", "y", 2, "t"), ("b", "POST", 3, "t")]
    events, report = clean_events(log(rows), charges_of("online_retail"))
    assert len(clean_events(log(rows))[0]) == 2  # another shop's POST is an item
    assert len(events) == 1
    assert [stage.removed for stage in report.stages] == [0, 1, 0, 1, 1]
    with pytest.raises(DataError, match="left no events"):
        clean_events(log([("", "x", 1, "s")]))


@pytest.mark.slow
def test_categories_of_the_shipped_log_have_a_reasoned_number_and_readable_names(cleaned):
    texts = cleaned[0].item_texts()
    found = find_categories(texts)
    best = max(found.silhouettes, key=found.silhouettes.get)
    assert len(set(found.names)) == len(found) == best + found.names.count("other")
    christmas = next(code for code, name in enumerate(found.names) if "christmas" in name)
    lights = [code for code, text in enumerate(texts) if "CHRISTMAS TREE" in text]
    assert np.mean(found.of_item[lights] == christmas) > 0.8


def test_descriptions_of_plainly_different_things_fall_into_their_groups():
    things = ["tea cup mug pot saucer", "garden spade plant hose seed", "paper card pen ink stamp"]
    texts = [
        " ".join(w for w in thing.split() if w != out) for thing in things for out in thing.split()
    ]
    found = find_categories([*texts, "???"], sizes=(2, 3, 4))
    assert max(found.silhouettes, key=found.silhouettes.get) == 3
    groups = found.of_item[:-1].reshape(3, -1)
    assert (groups == groups[:, :1]).all()
    assert found.names[found.of_item[-1]] == "other"


def test_equal_lines_of_a_receipt_are_pieces_when_asked(tmp_path):
    path = tmp_path / "till.csv"
    line = "a,r1,espresso,2024-05-06 08:00:00,1,2.5"
    path.write_text("\n".join(["user,session,item,time,quantity,price", line, line, line]))
    assert prepare(path).sessions.events.quantity.sum() == 1
    assert prepare(path, keep_duplicates=True).sessions.events.quantity.sum() == 3


def test_the_codes_of_another_shop_are_its_items(tmp_path):
    codes = ("S", "M", "D", "B", "POST", "C2")  # no products in the shipped log
    path = tmp_path / "sizes.csv"
    lines = [f"u{n},{code},2024-05-{n + 10}" for n in range(9) for code in codes]
    path.write_text("\n".join(["customer,item,time", *lines]))
    assert set(prepare(path).sessions.events.items) == set(codes)


def test_a_shop_names_its_own_charges(tmp_path):
    path = tmp_path / "shop.csv"
    priced = (("tea", 3), ("Pfand", 0.25), ("PORTO", 5))
    rows = [f"u{n},{item},2024-05-{n + 10},2,{cost}" for n in range(9) for item, cost in priced]
    rows += ["u1,Pfand,2024-05-30,-2,0.25", "u1,tea,2024-05-30,-1,3", "u9,PORTO,2024-05-30,1,5"]
    path.write_text("\n".join(["customer,item,time,quantity,price", *rows]))
    log = prepare(path, charges=["pfand", "PORTO", "stamps"])
    assert log.sessions.events.items == ("tea",)
    assert "2 of the 3 items of --charges are known, 1 of them written otherwise" in log.read
    assert "not known: stamps" in log.read
    assert log.cleaned["not a product"].removed == 19
    told = str(log.cleaned)
    assert f"not a product: {9 * 2 * 5.25 + 5:,.2f} of money, which is in no revenue" in told
    assert "1 cancellations kept apart, 1 left out" in told
    with pytest.raises(DataError, match="none of the charges stamps"):
        prepare(path, charges=["stamps"])


def test_items_that_sound_like_charges_are_told_and_kept(tmp_path):
    path = tmp_path / "shop.csv"
    texts = {"1": "Pfand Becher", "2": "Delivery fee", "3": "On the delivery of speeches"}
    texts |= {"4": "Portobello", "5": "Tea", "VERSAND": "", "6": "Gift card 20", "7": "运费"}
    rows = [f"u{n},{i},2024-05-0{n + 1},{text}" for n in range(5) for i, text in texts.items()]
    path.write_text("\n".join(["user,item,time,text", *rows]))
    log = prepare(path)
    assert len(log.sessions.events.items) == len(texts)
    assert "unless --charges names them: 1, 2, VERSAND, 6, 7\n" in log.read + "\n"
    log = prepare(path, charges=["1", "2", "versand", "6", "7"])
    assert "may be charges" not in log.read


def test_texts_that_many_items_bear_are_their_categories():
    texts = ["sport", "politics", "culture", ""] * 12
    found = choose_categories([str(n) for n in range(48)], texts)
    assert found.names == ("sport", "politics", "culture", "other")
    assert found.of_item.tolist() == [0, 1, 2, 3] * 12


def test_few_kinds_of_things_are_the_categories_without_the_word_that_all_bear():
    kinds = ("lamp", "toy", "mug")
    texts = [f"{kind} model {letter}" for letter in "abcdefghi" for kind in kinds]
    found = find_categories(texts)
    assert sorted(found.names) == sorted(kinds)
    assert [found.names[code] for code in found.of_item] == [*kinds] * 9


def test_the_same_texts_give_the_same_categories(cleaned):
    texts = cleaned[0].item_texts()[:500]
    found, again = find_categories(texts, sizes=(6, 8)), find_categories(texts, sizes=(6, 8))
    assert np.array_equal(found.of_item, again.of_item)
    assert (found.names, found.silhouettes) == (again.names, again.silhouettes)


def test_silhouette_by_hand():
    points = np.array([[0.0], [2.0], [10.0]])
    # (10 - 2)/10, (8 - 2)/8, and 0 for the point alone
    assert silhouette(points, np.array([0, 0, 1])) == pytest.approx((0.8 + 0.75 + 0) / 3)


@pytest.mark.parametrize("texts", [[], [""], ["", ""], ["one cup"], ["same cup"] * 9])
def test_items_that_cannot_be_told_apart_are_explained(texts):
    with pytest.raises(DataError, match="maps items to categories"):
        find_categories(texts)


def test_a_mapping_file_gives_the_categories(tmp_path):
    path = tmp_path / "map.csv"
    path.write_text("item,category\nx,Tea\ny,Garden\nunused,Tea\n")
    found = read_categories(path, ["y", "z", "x"])
    assert found.names == ("Garden", "Tea", "other")
    assert found.of_item.tolist() == [0, 2, 1]
    with pytest.raises(DataError, match="none of the 1 items"):
        read_categories(path, ["q"])
    path.write_text("item,group\nx,Tea\n")
    with pytest.raises(DataError, match="no column 'category'"):
        read_categories(path, ["x"])


def test_chinese_descriptions_share_pairs_of_characters():
    names = ["杯子", "盘子", "灯具"]
    texts = [f"{colour}色{name}" for name in names for colour in "蓝红绿白黑黄"]
    found = find_categories(texts, sizes=(2, 3))
    assert len(found) == 3
    for group in range(3):
        assert len(set(found.of_item[6 * group : 6 * group + 6].tolist())) == 1
