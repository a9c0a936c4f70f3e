"""The code in the documentation, run: the blocks of one file in order, in one namespace.

`python -m tests.docs.code_blocks FILE …` writes what each block prints into the text block below.
"""

import contextlib
import io
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
FENCED = re.compile(r"^```python\n(.*?)^```$(?:\n\n?^```text\n(.*?)^```$)?", re.M | re.S)


class Block(NamedTuple):
    code: str
    line: int  # of its first line in the file, from 1
    expected: str | None  # the text block that follows
    span: tuple[int, int]  # of the whole match in the file


def documents() -> list[Path]:
    return sorted((ROOT / "docs").rglob("*.md"))


def find_blocks(text: str) -> list[Block]:
    """Every python block, with the text block that follows it at once."""
    return [
        Block(match[1], text.count("\n", 0, match.start(1)) + 1, match[2], match.span())
        for match in FENCED.finditer(text)
    ]


def run_block(block: Block, path: Path, namespace: dict[str, Any]) -> str:
    """What the block prints; errors carry the file's own name and line numbers."""
    code = compile("\n" * (block.line - 1) + block.code, str(path), "exec")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(code, namespace)
    return without_trailing_blanks(printed.getvalue())


def without_trailing_blanks(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().split("\n"))


def write_outputs(path: Path) -> None:
    """Put the printed text of every block into the file."""
    text = path.read_text(encoding="utf-8")
    namespace: dict[str, Any] = {"__name__": "__main__"}
    pieces, end = [], 0
    for block in find_blocks(text):
        printed = run_block(block, path, namespace)
        pieces.append(text[end : block.span[0]] + f"```python\n{block.code}```")
        if printed:
            pieces.append(f"\n\n```text\n{printed}\n```")
        end = block.span[1]
    path.write_text("".join(pieces) + text[end:], encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "profile"))
    for name in sys.argv[1:]:
        write_outputs(Path(name))
