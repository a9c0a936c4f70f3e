"""Logs of many shops, in many places: each arrives in the one table, or a sentence says why not."""

import gzip
import io
import sqlite3
import zipfile

import pytest
from user_profile.errors import DataError
from user_profile.log.readers import read_events
from user_profile.log.sources.encodings import guess_encoding

from .written import write


@pytest.mark.parametrize(
    ("encoding", "guess", "name"),
    [
        ("utf-8", "utf-8-sig", "café"),
        ("utf-8-sig", "utf-8-sig", "café"),
        ("utf-16", "utf-16", "茶杯"),
        ("utf-16-le", "utf-16-le", "café"),
        ("gb18030", "gb18030", "中国的茶杯"),
        ("cp1252", "cp1252", "café crème à 5 €"),
        ("cp1251", "cp1251", "красная чашка"),
    ],
)
def test_the_encoding_is_found_and_a_guess_is_named(tmp_path, encoding, guess, name):
    content = f"user,item,time\na,{name},2024-05-06\n".encode(encoding)
    assert guess_encoding(content) == guess
    path = write(tmp_path, "log.csv", content)
    events, report = read_events(path)
    assert events.items == (name,)
    assert ("a guess" in str(report)) == (not guess.startswith("utf"))
    assert read_events(path, encoding=encoding)[0].items == (name,)
    with pytest.raises(DataError, match="no encoding 'klingon'"):
        read_events(path, encoding="klingon")


def test_a_file_of_two_encodings_is_named(tmp_path):
    lines = [f"a,café {n},2024-05-06\n".encode("cp1252") for n in range(9)]
    text = b"user,item,time\n" + b"".join(lines)
    assert "come out wrong" not in str(read_events(write(tmp_path, "one.csv", text))[1])
    text += "b,Käse,2024-05-07\n".encode()
    assert "1 pieces of it are UTF-8" in str(read_events(write(tmp_path, "two.csv", text))[1])


def month(day):
    return f"user,item,time\na,x,{day}/01/2024\n"


def test_folders_globs_archives_and_streams_are_one_log(tmp_path, monkeypatch):
    folder = tmp_path / "months"
    folder.mkdir()
    write(folder, "1.csv", month(2))
    write(folder, "2.csv.gz", gzip.compress(month(13).encode()))
    write(folder, ".hidden", "nothing")
    with zipfile.ZipFile(tmp_path / "months.zip", "w") as archive:
        archive.writestr("1.csv", month(2))
        archive.writestr("__MACOSX/1.csv", "nothing")
        archive.writestr("in/2.csv", month(13))
    two = [folder / "1.csv", folder / "2.csv.gz"]
    for path in (folder, f"{folder}/*.csv*", two, tmp_path / "months.zip"):
        events, report = read_events(path)
        assert (len(events), report.rows) == (2, 2)  # the day comes first: 13/01 decides for both
        assert (events.time[1] - events.time[0]) == 11 * 86_400
    stream = io.TextIOWrapper(io.BytesIO(month(13).encode()))
    monkeypatch.setattr("sys.stdin", stream)
    assert len(read_events("-")[0]) == 1


def test_a_file_given_twice_is_read_once_and_a_bad_row_names_its_file(tmp_path):
    first, second = write(tmp_path, "1.csv", month(13)), write(tmp_path, "2.csv", month(13))
    events, report = read_events([first, second])
    assert len(events) == 1
    assert "the same bytes" in str(report)
    write(tmp_path, "2.csv", "user,item,time\n" + "a,x,14/01/2024\n" * 30 + "a,x,soon\n")
    _, report = read_events([first, second])
    assert "2.csv, line 32: 'soon'" in str(report)


def database(path):
    with sqlite3.connect(path) as connection:
        connection.execute('CREATE TABLE "my sales" (customer_id, sku, sold date, price REAL)')
        rows = [(7, "M1", "2024-05-06", 2.5), (None, "M2", "2024-05-07", None)]
        connection.executemany('INSERT INTO "my sales" VALUES (?, ?, ?, ?)', rows)
    connection.close()
    return path


def test_sqlite_is_read_by_its_only_table_by_name_or_by_query(tmp_path):
    path = database(tmp_path / "shop.db")
    mapping = {"user": "customer_id", "item": "sku", "time": "sold", "price": "price"}
    for name, options in (
        (path, {}),
        (f"sqlite:///{path}?table=my%20sales", {}),
        (path, {"query": 'SELECT * FROM "my sales"'}),
    ):
        events, report = read_events(name, mapping=mapping, **options)
        assert (events.users, events.items) == (("7",), ("M1", "M2"))
        assert report.missing["user"] == report.missing["price"] == 1
    with pytest.raises(DataError, match=r"no table 'sales'; name one .* of: my sales"):
        read_events(path, table="sales")
    with pytest.raises(DataError, match="cannot be read as a SQLite"):
        read_events(path, query='DROP TABLE "my sales"')
    assert len(read_events(path, mapping=mapping)[0]) == 2


def test_parquet_is_read_or_its_extra_is_named(tmp_path):
    path = write(tmp_path, "log.parquet", b"PAR1 and no more")
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        with pytest.raises(DataError, match=r"pip install 'attention-from-scratch\[parquet\]'"):
            read_events(path)
        return
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        read_events(path)
    table = pa.table({"user_id": [1, None], "item_id": ["x", "y"], "date": [None, None]})
    table = table.set_column(2, "date", pa.array([1_700_000_000_500_000] * 2, pa.timestamp("us")))
    parquet.write_table(table, path)
    events, _ = read_events(path)
    assert (len(events), events.users, events.micro[0]) == (2, ("1",), 500_000)


def test_an_unreachable_database_is_a_sentence_without_its_password(tmp_path):
    with pytest.raises(DataError) as caught:
        read_events("postgresql://me:secret@localhost:1/shop?connect_timeout=1", table="t")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [("*.nothing", "No file matches"), ("empty", "folder without a log"), ("x.zip", "no zip")],
)
def test_places_without_a_log_are_told(tmp_path, name, message):
    (tmp_path / "empty").mkdir()
    write(tmp_path, "x.zip", "no archive")
    with pytest.raises(DataError, match=message):
        read_events(str(tmp_path / name))


def test_a_readme_in_a_folder_is_no_log_and_another_header_is_named(tmp_path):
    write(tmp_path, "1.csv", month(13))
    write(tmp_path, "readme.txt", "This folder holds the sales of 2024.\n")
    write(tmp_path, "LICENSE.txt", "CC BY 4.0\n")
    assert len(read_events(tmp_path)[0]) == 1
    write(tmp_path, "2.csv", "item,user,time\nx,b,14/01/2024\n")
    with pytest.raises(DataError, match=r"2\.csv begins with 'item,user,time', where .*1\.csv"):
        read_events(tmp_path)
