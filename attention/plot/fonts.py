"""Find fonts for text that the default font cannot draw, 中文 above all.

Nothing global is touched: the families found are set on the text that needs them.
"""

import warnings
from collections.abc import Iterable
from functools import lru_cache

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

# Tried first, because of several fonts that cover a text these look best as labels.
PREFERRED = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Arial Unicode MS",
)  # fmt: skip


@lru_cache(maxsize=512)
def characters(path: str) -> frozenset[int]:
    """The code points a font file has glyphs for; none if it cannot be read."""
    try:
        return frozenset(FT2Font(path).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()


def installed_fonts() -> list[tuple[str, str]]:
    """(family, path) of every font matplotlib knows, preferred ones first."""
    fonts = font_manager.fontManager.ttflist
    regular = [f for f in fonts if f.style == "normal" and not _is_last_resort(f.name)]
    rank = {name: i for i, name in enumerate(PREFERRED)}
    regular.sort(key=lambda f: (rank.get(f.name, len(rank)), f.name, abs(int(f.weight) - 400)))
    return [(f.name, f.fname) for f in regular]


def _is_last_resort(family: str) -> bool:
    """Whether a font has the same box for every character, as matplotlib's own of that name."""
    return family.replace(" ", "").lower().startswith("lastresort")


def default_characters() -> frozenset[int]:
    """What the families in the user's rcParams can draw together."""
    families = font_manager.FontProperties().get_family()
    paths = [font_manager.findfont(font_manager.FontProperties(family=[f])) for f in families]
    return frozenset().union(*map(characters, paths))


def fonts_for(texts: Iterable[str]) -> tuple[list[str] | None, frozenset[str]]:
    """The families to set on these texts, and the characters no installed font has.

    The families are None when the default font covers everything. Warns once, naming the
    missing characters and what to install.
    """
    wanted = {c for text in texts for c in text if c.isprintable()}
    drawable = default_characters()
    missing = {c for c in wanted if ord(c) not in drawable}
    if not missing:
        return None, frozenset()
    families = list(font_manager.FontProperties().get_family())
    known: set[str] = set()
    for name, path in installed_fonts():
        if name in known:  # a family's first face decides
            continue
        known.add(name)
        covered = {c for c in missing if ord(c) in characters(path)}
        if covered:
            families.append(name)
            missing -= covered
        if not missing:
            return families, frozenset()
    sample = "".join(sorted(missing)[:8])
    warnings.warn(
        f"No installed font has {sample!r}, so the picture shows code points instead; install "
        "one that does, for Chinese for example Noto Sans CJK (Debian and Ubuntu: apt-get "
        "install fonts-noto-cjk), and delete matplotlib's font list in "
        "matplotlib.get_cachedir() so that it is found.",
        stacklevel=2,
    )
    return families, frozenset(missing)
