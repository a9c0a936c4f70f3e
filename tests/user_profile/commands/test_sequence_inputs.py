"""Logs as they come: what is forgiven, what is counted, and what is refused in one sentence."""

import gzip
import json

import numpy as np
import pytest
from user_profile.__main__ import main
from user_profile.commands.log_options import named_pairs
from user_profile.errors import DataError
from user_profile.log.readers import read_events

PAIRS = [(f"u{k % 5}", f"i{k % 7}") for k in range(60)]
TEXT = "".join(f"{user} {item}\n" for user, item in PAIRS)
HEADER = "user,item,time\n"
ROWS = [f"{user},{item},{1000 + k}" for k, (user, item) in enumerate(PAIRS)]


def read(folder, content, name="log.txt", **options):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_events(path, **options)


def pairs_of(events):
    users, items = np.array(events.users), np.array(events.items)
    return list(zip(users[events.user].tolist(), items[events.item].tolist()))


@pytest.mark.parametrize(
    "content",
    [
        TEXT.replace(" ", "\t"),
        TEXT.replace(" ", " \t ").replace("\n", " \n"),
        TEXT.replace("\n", "\r\n"),
        TEXT.replace("\n", "\r"),
        "\ufeff" + TEXT,
        "\n" + TEXT + "\n\n",
    ],
    ids=["tabs", "mixed", "windows", "old mac", "byte-order mark", "blank lines"],
)
def test_two_columns_are_read_whatever_stands_between_and_after_them(tmp_path, content):
    events, report = read(tmp_path, content)
    assert pairs_of(events) == PAIRS
    assert (report.rows, report.bad) == (60, 0)


def test_ids_beyond_64_bits_stay_what_they_are(tmp_path):
    huge = [(str(10**30 + k % 5), f"-{10**25 + k % 7}") for k in range(60)]
    events, _ = read(tmp_path, "".join(f"{user} {item}\n" for user, item in huge))
    assert pairs_of(events) == huge


@pytest.mark.parametrize("header", ["user item", "user_id\titem_id", "UserID ItemID"])
def test_a_header_above_two_columns_is_no_event(tmp_path, header):
    events, report = read(tmp_path, f"{header}\n{TEXT}")
    assert pairs_of(events) == PAIRS
    assert (report.rows, report.bad) == (61, 1)
    assert (report.examples[0].line, report.examples[0].value) == (1, header)
    assert "header" in report.examples[0].reason


def test_the_same_words_further_down_are_ids(tmp_path):
    events, report = read(tmp_path, TEXT + "user item\n")
    assert pairs_of(events)[-1] == ("user", "item")
    assert report.bad == 0


def test_an_unclosed_quote_costs_every_line_that_it_swallows(tmp_path):
    rows = [*ROWS[:20], '"unclosed,i1,5', *ROWS[20:]]
    with pytest.raises(DataError, match=r"41 of 61 rows .* the first at line 22"):
        read(tmp_path, HEADER + "\n".join(rows), "log.csv")
    rows = [*ROWS[:58], '"unclosed,i1,5', *ROWS[58:]]
    events, report = read(tmp_path, HEADER + "\n".join(rows), "log.csv", max_bad=0.1)
    assert (len(events), report.rows, report.bad) == (58, 61, 3)


def test_a_quoted_field_of_several_lines_is_one_row_at_its_first_line(tmp_path):
    rows = [*ROWS[:3], '"u\n0",i1,5', "u1,i1,never", *ROWS[3:]]
    events, report = read(tmp_path, HEADER + "\n".join(rows), "log.csv")
    assert (len(events), report.rows, report.bad) == (61, 62, 1)
    assert "u\n0" in events.users
    assert report.examples[0].line == 7


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (f"{'x' * 1025} i1", "longer than 1,024"),
        ("u1 \0\0", "another encoding"),
        ("u1", "1 fields instead of 2"),
    ],
)
def test_an_id_that_can_be_none_is_one_bad_row(tmp_path, row, reason):
    events, report = read(tmp_path, f"{TEXT}{row}\n", format="sasrec")
    assert pairs_of(events) == PAIRS
    assert (report.rows, report.bad) == (61, 1)
    assert report.examples[0].line == 61
    assert reason in report.examples[0].reason


def test_objects_and_lists_are_no_ids(tmp_path):
    good = [{"user": user, "item": item, "time": k} for k, (user, item) in enumerate(PAIRS)]
    bad = [{"user": {"a": 1}, "item": "i", "time": 1}, {"user": "u", "item": ["i"], "time": 1}]
    content = "".join(json.dumps(record) + "\n" for record in [*good, *bad])
    events, report = read(tmp_path, content, "log.jsonl")
    assert pairs_of(events) == PAIRS
    assert [row.line for row in report.examples] == [61, 62]
    assert "no text or number (user)" in report.examples[0].reason


def test_two_columns_of_one_name_are_refused(tmp_path):
    rows = [f"shop,{row}" for row in ROWS]
    with pytest.raises(DataError, match="2 columns 'user'"):
        read(tmp_path, "user," + HEADER + "\n".join(rows), "log.csv")


def test_side_text_in_another_encoding_is_read_by_a_guess(tmp_path):
    (tmp_path / "log.item").write_bytes(b"item_id:token\ttitle:token\ni1\tcaf\xe9\n")
    rows = [row.replace(",", "\t") for row in ROWS]
    content = "user_id:token\titem_id:token\ttimestamp:float\n" + "\n".join(rows)
    events, _ = read(tmp_path, content, "log.inter")
    assert "café" in events.texts


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("log.csv", "\n".join(ROWS), "--columns user="),
        ("log.csv", "\n".join(ROWS), "--format"),
        ("three.txt", "a b c\n" * 9, "--format"),
        ("nothing.txt", "", "empty"),
        ("blank.txt", "\n\n", "empty"),
        ("packed.txt.gz", b"not packed", "damaged"),
        ("cut.txt.gz", gzip.compress(TEXT.encode() * 999)[:-20], "damaged"),
        ("one.txt", "a x\nb x\n" * 9, "one item only"),
        ("short.txt", "a x\nb y\nb z\n", "three items (the most is 2)"),
        ("wide.csv", HEADER + "a,b,c,d\n" * 9, "line 2"),
    ],
)
def test_a_log_that_cannot_serve_costs_one_sentence(tmp_path, capsys, name, content, said):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    model = tmp_path / "model.npz"
    assert main(["sequences", "train", str(tmp_path / name), "--model", str(model)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert error.count("\n") == 1
    assert said in error
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


def test_named_pairs_are_split_and_stripped():
    assert named_pairs("--columns", " user = a,item=b=c") == {"user": "a", "item": "b=c"}
    assert named_pairs("--columns", None) is None
    for text in ("user", "=a", "user=", "", "user=a,", "user=a,user=b"):
        with pytest.raises(DataError, match="--columns"):
            named_pairs("--columns", text)


def test_what_went_back_is_no_item_of_a_row(tmp_path, capsys):
    rows = [f"u{u},i{(u + s) % 6},2024-05-{s + 1:02},purchase" for u in range(9) for s in range(5)]
    back = [f"u{u},i{u % 6},2024-05-20,refund" for u in range(9)]
    log = tmp_path / "log.csv"
    log.write_text("\n".join(["user,item,time,kind", *rows, *back]))
    model = ["--model", str(tmp_path / "m.npz"), "--epochs", "1", "--embed-dim", "8"]
    assert main(["sequences", "train", str(log), *model]) == 0
    said = capsys.readouterr().out
    assert "9 rows of cancellations left out" in said
    assert "9 users, 6 items, 45 interactions" in said
