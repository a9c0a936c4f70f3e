"""A log in a real PostgreSQL, started for this test; skipped without its programs or drivers."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from user_profile.errors import DataError
from user_profile.log.readers import read_events

pytestmark = pytest.mark.slow
_PLACES = [*Path("/usr/lib/postgresql").glob("*/bin"), Path("/usr/local/bin"), Path("/usr/bin")]
SETUP = """CREATE TABLE sales (customer_id int, sku text, sold_at timestamptz, price numeric);
INSERT INTO sales VALUES (7, 'M1', '2024-05-06 10:00:00.25+02', 2.50), (NULL, 'M2', now(), NULL);
CREATE TABLE other (x int);"""


@pytest.fixture(scope="module")
def server():
    """The address of a server that listens on a socket in a folder of its own."""
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    pytest.importorskip("psycopg", reason="psycopg, the driver, is not installed")
    home = next((place for place in _PLACES if (place / "initdb").exists()), None)
    if home is None:
        pytest.skip("PostgreSQL's programs are not installed")
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # the path of a socket must be short
    folder.chmod(0o777)
    # The server refuses to run as root, who may act as postgres.
    who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []

    def run(*command):
        subprocess.run([*who, *command], check=True, cwd="/", capture_output=True, timeout=60)

    data = str(folder / "data")
    options = f"-k {folder} -c listen_addresses="
    run(str(home / "initdb"), "-D", data, "-U", "shop", "-A", "trust")
    run(str(home / "pg_ctl"), "-D", data, "-o", options, "-w", "-l", f"{folder}/log", "start")
    try:
        run(str(home / "psql"), "-h", str(folder), "-U", "shop", "-d", "postgres", "-c", SETUP)
        yield f"postgresql+psycopg://shop:secret@/postgres?host={folder}"
    finally:
        run(str(home / "pg_ctl"), "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(folder, ignore_errors=True)


def test_a_table_and_a_query_are_read(server):
    mapping = {"user": "customer_id", "item": "sku", "time": "sold_at", "price": "price"}
    for options in ({"table": "sales"}, {"query": "SELECT * FROM sales"}):
        events, report = read_events(server, mapping=mapping, **options)
        assert (events.users, events.items) == (("7",), ("M1", "M2"))
        assert (events.time[0], events.micro[0], events.price[0]) == (1_714_982_400, 250_000, 2.5)
        assert report.missing["user"] == report.missing["price"] == 1


def test_what_is_wrong_is_said_without_the_password(server):
    for options, message in (
        ({}, "several tables; name one with --table, of: other, sales"),
        ({"table": "sale"}, "no table 'sale'"),
        ({"query": "SELECT nothing FROM sales"}, "cannot be read"),
    ):
        with pytest.raises(DataError, match=message) as caught:
            read_events(server, **options)
        assert "secret" not in str(caught.value)
