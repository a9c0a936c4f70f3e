"""A log as a test writes it."""

from pathlib import Path


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def csv_log(folder, rows, name="log.csv"):
    return write(folder, name, "user,item,time\n" + "".join(f"{row}\n" for row in rows))


def good_rows(count, start=0):
    return [f"u{i % 7},i{i % 11},{1000 + i}" for i in range(start, start + count)]
