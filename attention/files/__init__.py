"""Files: written whole or not at all, and read only after they have been checked.

writing    one writer, and what is asked before the first step of a long run
arrays     one reader of .npz: names, kinds, shapes and sizes before anything large is read
documents  JSON that a stranger may have written: objects, settings, a hash of data
errors     what is said of a file that is not what it was taken for
"""

from .arrays import FLOAT, INTEGER, TEXT, ArrayFile, Field, load_arrays, save_arrays
from .documents import as_settings, fingerprint, read_json
from .errors import FileFormatError
from .writing import keep_existing, writable, write_bytes, write_text, written_whole

__all__ = [
    "FLOAT",
    "INTEGER",
    "TEXT",
    "ArrayFile",
    "Field",
    "FileFormatError",
    "as_settings",
    "fingerprint",
    "keep_existing",
    "load_arrays",
    "read_json",
    "save_arrays",
    "writable",
    "write_bytes",
    "write_text",
    "written_whole",
]
