"""Readers: every format arrives in the same table, and whatever is broken is named, not hidden."""

import contextlib
import gzip
import json
import lzma
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from user_profile.errors import DataError
from user_profile.log.events import factorise
from user_profile.log.readers import read_events, recognise

from .written import csv_log, good_rows, write

OTTO = Path(__file__).parent / "data" / "otto_sample.jsonl"
HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"


def test_the_shipped_log_is_read_whole(retail):
    events, report = retail
    assert (len(events), report.rows, report.bad, report.backwards) == (541_909, 541_909, 0, 0)
    assert (events.user == -1).sum() == 135_080
    assert events.kinds == ("purchase", "cancellation")
    first = events.take(np.arange(1))
    assert events.items[first.item[0]] == "85123A"
    assert events.users[first.user[0]] == "17850"
    assert events.texts[first.text[0]] == "WHITE HANGING HEART T-LIGHT HOLDER"
    assert (first.quantity[0], first.price[0]) == (6, 2.55)
    assert np.datetime64(int(first.time[0]), "s") == np.datetime64("2010-12-01T08:26:00")
    assert events.user_features["country"][first.user[0]] == "United Kingdom"


def test_otto_sessions_are_users_and_times_are_in_seconds():
    events, report = read_events(OTTO)
    assert len(events) == report.rows == 862
    assert (len(events.users), len(events.items)) == (20, 510)
    assert set(events.kinds) == {"clicks", "carts", "orders"}
    assert events.items[events.item[0]] == "1517085"
    assert events.time[0] == 1_659_304_800


@pytest.mark.parametrize(
    ("name", "rating", "side", "side_text"),
    [
        ("ratings.csv", "userId,movieId,rating,timestamp\n1,31,2.5,1260759144\n",
         "movies.csv", "movieId,title,genres\n31,\"Room, A (1995)\",Drama|Comedy\n"),
        ("ratings.dat", "1::31::2.5::1260759144\n", "movies.dat",
         "31::Room, A (1995)::Drama|Comedy\n"),
        ("u.data", "1\t31\t2\t1260759144\n", "u.item",
         "31|Room, A (1995)|01-Jan-1995||http://x|0|0|0|0|0|1|0|0|1" + "|0" * 10 + "\n"),
    ],
)  # fmt: skip
def test_each_edition_of_movielens_is_recognised(tmp_path, name, rating, side, side_text):
    write(tmp_path, side, side_text)
    events, _ = read_events(write(tmp_path, name, rating))
    assert (events.users, events.items, events.kinds) == (("1",), ("31",), ("rating",))
    assert events.time[0] == 1_260_759_144
    text = events.item_texts()[0]
    assert text.startswith("Room, A (1995)")
    assert set(text.split()[-2:]) == {"Drama", "Comedy"}


def test_movielens_users_bring_their_features(tmp_path):
    write(tmp_path, "u.user", "1|24|M|technician|85711\n")
    events, _ = read_events(write(tmp_path, "u.data", "1\t31\t2\t12\n9\t31\t2\t12\n"))
    assert events.user_features["age"] == ("24", "")
    assert events.user_features["occupation"] == ("technician", "")


def test_recbole_files_bring_items_and_users_with_them(tmp_path):
    write(tmp_path, "x.item", "item_id:token\tname:token_seq\tclass:token_seq\ni1\tRed Cup\tcups\n")
    write(tmp_path, "x.user", "user_id:token\tage:token\nu2\t31\n")
    inter = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"
    path = write(tmp_path, "x.inter", inter + "u1\ti1\t4\t881250949\nu2\ti2\t3\t881250950.5\n")
    events, _ = read_events(path)
    assert events.item_texts() == ["Red Cup cups", ""]
    assert events.user_features["age"] == ("", "31")
    assert events.quantity.tolist() == [4, 3]
    assert events.time.tolist() == [881_250_949, 881_250_950]


def test_sasrec_text_has_an_order_and_no_clock(tmp_path):
    events, _ = read_events(write(tmp_path, "ml-1m.txt", "1 5\n1 3\n2 5\n"))
    assert not events.timed
    assert events.time.tolist() == [0, 1, 2]
    assert [events.items[code] for code in events.item] == ["5", "3", "5"]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl", ".json"])
def test_any_columns_can_be_mapped(tmp_path, suffix):
    records = [
        {"who": "a", "sku": "x", "at": "2024-05-01T10:00:00Z", "action": "view"},
        {"who": "b", "sku": "y", "at": "2024-05-01 12:00:00+02:00", "action": "buy"},
    ]
    if suffix == ".jsonl":
        text = "".join(json.dumps(record) + "\n" for record in records)
    elif suffix == ".json":
        text = json.dumps(records)
    else:
        comma = "," if suffix == ".csv" else "\t"
        text = "".join(
            comma.join(row) + "\n" for row in [records[0], *(r.values() for r in records)]
        )
    mapping = {"user": "who", "item": "sku", "time": "at", "kind": "action"}
    events, _ = read_events(write(tmp_path, f"log{suffix}", text), mapping=mapping)
    assert events.users == ("a", "b")
    assert events.kinds == ("view", "purchase")
    assert events.time[0] == events.time[1] == 1_714_557_600


def test_packed_files_read_like_plain_ones(tmp_path):
    plain = csv_log(tmp_path, good_rows(30))
    for suffix, pack in ((".gz", gzip.compress), (".xz", lzma.compress)):
        packed = tmp_path / f"log.csv{suffix}"
        packed.write_bytes(pack(plain.read_bytes()))
        assert read_events(packed)[0].items == read_events(plain)[0].items


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n\n", "is empty"),
        ("head.csv", b"user,item,time\n", "holds no data rows"),
        ("other.csv", b"a,b,c\n1,2,3\n", "not recognised .*'a,b,c'"),
        ("shop.csv", HEADER.replace("Quantity", "Amount").encode() + b"1,2,3,4,5,6,7,8\n",
         "has no column 'Quantity'; found .*'Amount'"),
        ("cut.csv.xz", lzma.compress(b"user,item,time\n" * 99)[:-20], "damaged"),
        ("cut.csv.gz", gzip.compress(b"user,item,time\n" * 99, mtime=0)[:-12], "damaged"),
        ("false.csv.gz", b"user,item,time\na,b,1\n", "damaged"),
        ("list.json", b'{"user": 1}', "to be of the time and of the item"),
        ("lists.json", b'[1] "x"', "must hold a JSON list"),
        ("broken.json", b'[{"user": 1}, ', "not valid JSON"),
        ("bytes.bin", bytes(range(256)) * 10, "is no text"),
        ("page.csv", b"<!DOCTYPE html>\n<html>a,b</html>\n", "is HTML"),
        ("paper.pdf", b"%PDF-1.7\n", "is a PDF"),
    ],
)  # fmt: skip
def test_an_unusable_file_is_explained_in_one_sentence(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match=message) as caught:
        read_events(path, "columns" if name.endswith(".json") else None)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_a_missing_file_and_a_folder_are_explained(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_events(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_events(tmp_path)


def test_wrong_names_are_answered_with_the_right_ones(tmp_path):
    path = csv_log(tmp_path, good_rows(3))
    with pytest.raises(DataError, match="no format 'parquet'; choose one of online_retail"):
        read_events(path, "parquet")
    with pytest.raises(DataError, match="lacks 'time'"):
        read_events(path, mapping={"user": "user", "item": "item"})
    with pytest.raises(DataError, match="unknown name 'colour'"):
        read_events(path, mapping={"user": "u", "item": "i", "time": "t", "colour": "c"})
    with pytest.raises(DataError, match=r"no column 'sku'; found \['user', 'item', 'time'\]"):
        read_events(path, mapping={"user": "user", "item": "sku", "time": "time"})


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path):
    path = write(tmp_path, "log.csv", "\ufeffuser,item,time\na,b,1\n")
    assert len(read_events(path)[0]) == 1


@pytest.mark.slow
def test_a_user_of_a_million_items_is_read_and_grouped(tmp_path):
    from user_profile.log.sessions import group_sessions

    path = tmp_path / "log.txt"
    path.write_text("".join(f"1 {item}\n" for item in range(1_000_000)))
    events, _ = read_events(path)
    assert (len(events.users), len(events.items)) == (1, 1_000_000)
    assert len(group_sessions(events)) == 1


@given(st.lists(st.text(alphabet="ab", max_size=2)))
def test_factorised_values_can_be_looked_up_again(values):
    codes, vocabulary = factorise(values)
    assert ["" if code == -1 else vocabulary[code] for code in codes] == values
    assert len(set(vocabulary)) == len(vocabulary)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_no_file_whatsoever_raises_anything_but_a_data_error(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "log"
    for head in (b"", b"user,item,time\n", HEADER.encode(), b'{"session":1,"events":[]}\n'):
        path.write_bytes(head + content)
        with contextlib.suppress(DataError):
            read_events(path)


def test_every_format_is_told_from_its_first_lines(tmp_path):
    samples = {
        "online_retail": HEADER,
        "recbole": "user_id:token\titem_id:token\n",
        "otto": '{"session":1,"events":[]}\n',
        "movielens": "1::2::3::4\n",
        "columns": '{"user": 1, "item": 2, "time": 3}\n',
        "sasrec": "1 2\n",
    }
    for name, text in samples.items():
        assert recognise(write(tmp_path, "sample", text)) == name
