"""ex35: learn byte pairs from a text, encode with them, decode."""


def train(text: str, merges: int) -> list[tuple[int, int]]:
    """Up to `merges` pairs of ids; the j-th, counted from 0, makes the id 256 + j.

    Ids 0 to 255 are the bytes of the text in UTF-8. Each time the pair that stands at most places
    (overlapping ones count) is merged everywhere, from the left; of equally common pairs the
    smaller one. Ends early when no pair stands twice.
    """
    raise NotImplementedError


def encode(text: str, pairs: list[tuple[int, int]]) -> list[int]:
    """Ids of a text: its UTF-8 bytes, to which the merges are applied in the order learned."""
    raise NotImplementedError


def decode(ids: list[int], pairs: list[tuple[int, int]]) -> str:
    """The text whose bytes the ids stand for; `decode(encode(text, pairs), pairs)` is `text`."""
    raise NotImplementedError
