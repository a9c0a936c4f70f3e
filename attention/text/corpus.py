"""The corpus: the shipped Shakespeare, or any text file."""

import gzip
import zlib
from importlib import resources
from pathlib import Path

SHAKESPEARE = "tinyshakespeare.txt.gz"


def read_corpus(path: str | Path | None = None) -> str:
    """A UTF-8 text, gzipped or not; by default the shipped plays.

    Raises FileNotFoundError or ValueError with what to do about it.
    """
    if path is None:
        packed = resources.files("attention.text").joinpath("data", SHAKESPEARE).read_bytes()
    else:
        path = Path(path)
        if not path.is_file():
            raise FileNotFoundError(f"{path} is not a file; name a text file, UTF-8 or its .gz")
        packed = path.read_bytes()
    try:
        raw = gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
        return raw.decode("utf-8-sig")  # a byte-order mark is no character of the text
    except (UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
        raise ValueError(
            f"{path} cannot be read as UTF-8 text ({error}); save it as UTF-8"
        ) from None
