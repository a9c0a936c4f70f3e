"""Where a log lies: files, folders, archives, standard input, databases.

source     one log as parts of text, or as a table
files      names, folders, globs, .zip, .gz, .xz and standard input
encodings  which encoding a text is in
tables     SQLite, Parquet and SQL databases
"""

from .files import open_source
from .source import Part, Source, open_text

__all__ = ["Part", "Source", "open_source", "open_text"]
