r"""Cut text into pieces before any pair is merged, by the published patterns.

GPT-2's is that of Radford et al. 2019; Llama 3 and Qwen 2 changed the rules for case, digits and
line ends. The patterns speak of Unicode categories, \p{L} and \p{N}, and of white space as Unicode
defines it. `re` knows neither, so they are written out as ranges, once, when first asked for.
"""

import functools
import itertools
import re
import unicodedata

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")
PATTERNS = (GPT2, LLAMA3, QWEN2)  # a stranger's pattern could take for ever: only these are run

SPACE = r"\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"  # White_Space
ASSIGNED = 0x40000  # the planes above hold no letter and no number


@functools.cache
def piece_pattern(pattern: str) -> re.Pattern[str]:
    """One of PATTERNS for `re`; `findall` then gives the pieces of a text."""
    letters, numbers = _ranges()
    for name, ranges in ((r"\p{L}", letters), (r"\p{N}", numbers), (r"\s", SPACE)):
        parts = re.split(r"(\[[^]]*\])", pattern)  # every second part is a class already
        parts[::2] = [part.replace(name, f"[{ranges}]") for part in parts[::2]]
        parts[1::2] = [part.replace(name, ranges) for part in parts[1::2]]
        pattern = "".join(parts)
    return re.compile(pattern.replace(r"\S", f"[^{SPACE}]"))


@functools.cache
def _ranges() -> tuple[str, str]:
    """What stands between the brackets for all letters, and for all numbers."""
    kinds = (unicodedata.category(chr(c))[0] for c in range(ASSIGNED))
    runs: dict[str, list[str]] = {"L": [], "N": []}
    start = 0
    for kind, run in itertools.groupby(kinds):
        end = start + sum(1 for _ in run)
        if kind in runs:
            runs[kind].append(f"\\U{start:08x}-\\U{end - 1:08x}")
        start = end
    return "".join(runs["L"]), "".join(runs["N"])
