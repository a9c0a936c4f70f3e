"""Ten thousand varied strings, and the text a small vocabulary is learned from."""

import functools
import gzip
import random
from pathlib import Path

ROOT = Path(__file__).parents[2]
WORDS = [
    "the", "of", "don't", "we'll", "I'VE", "they'RE", "naïve", "Übergröße", "你好世界",
    "こんにちは", "мир", "привет", "שלום", "مرحبا", "नमस्ते", "café", "café", "123", "1234567",
    "3.14", "½", "Ⅳ", "x²", "__init__", "foo_bar()", "<b>", "<|endoftext|>", "<|end|",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "🙂", "ſ'ſ", "'Sİ", "\xa0", "\u3000",
    "\u200b", "\x00", "\x1c", "\x85", "\r\n", "\n\n", "\t", "--", "...", "!=", "#!/", "é",
]  # fmt: skip
RANGES = ((32, 126), (0xA0, 0x24F), (0x370, 0x3FF), (0x410, 0x44F), (0x5D0, 0x5EA), (0x621, 0x64A),
          (0x905, 0x939), (0xAC00, 0xAC80), (0x3041, 0x3096), (0x4E00, 0x4F00), (0x1F600, 0x1F640),
          (0x1D400, 0x1D450), (0, 31), (0x2000, 0x2060), (0x660, 0x669))  # fmt: skip
SPACES = ("", "", " ", " ", " ", "  ", "\n", " \n ", "\t")


def training_text() -> str:
    packed = ROOT / "attention" / "text" / "data" / "tinyshakespeare.txt.gz"
    return gzip.decompress(packed.read_bytes()).decode()[:60_000] + " ".join(WORDS) * 20


@functools.cache
def varied_strings(count: int = 10_000) -> list[str]:
    rng = random.Random(16)
    return [_one(rng) for _ in range(count)]


def _one(rng: random.Random) -> str:
    parts = []
    for _ in range(rng.randrange(9)):
        if rng.randrange(3):
            parts.append(WORDS[rng.randrange(len(WORDS))])
        else:
            low, high = RANGES[rng.randrange(len(RANGES))]
            parts.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randrange(1, 8))))
        parts.append(SPACES[rng.randrange(len(SPACES))])
    return "".join(parts)
