"""Items that are no goods: those a shop names, and those whose words say that they may be some."""

import re
from collections.abc import Collection, Sequence

from ..errors import DataError
from .events import Events
from .ids import matched, told_ids
from .readers.names import plain

# Postage, deposits, fees, vouchers and tips, as shops of several languages write them.
_SAID = """postage shipping delivery freight carriage handling surcharge fee fees deposit voucher
tip giftcard porto versand versandkosten lieferung liefergebuhr pfand gutschein trinkgeld
livraison consigne pourboire envio propina spedizione consegna frete 邮费 运费 押金 配送费
打包费"""
_WORDS = frozenset(_SAID.split())
_TWO_WORDS = ("gift card", "gift voucher", "service charge", "delivery charge", "bank charges")
_MOST_WORDS = 4  # of a text: "Delivery fee", and not a book on the delivery of speeches
_SHOWN = 5


def named_charges(charges: Sequence[str], events: Events, notes: list[str]) -> list[str]:
    """The ids in the log of what is named, told. Raises DataError if it holds none of them."""
    if not charges:
        return []
    there = matched(charges, events.items)
    if not there:
        raise DataError(
            f"The log holds none of the charges {', '.join(charges[:5])}; name ids of its items, "
            f"such as {events.items[0]!r}, or a file of them."
        )
    notes.append(told_ids(charges, there, "--charges"))
    return list(there.values())


def tell_likely(events: Events, refused: Collection[str], notes: list[str]) -> None:
    """A line on items that may be charges and are not set apart: whether they are, a shop knows."""
    named = zip(events.items, events.item_texts())
    likely = [item for item, text in named if item not in refused and _sounds(text or item)]
    if likely:
        some = ", ".join(likely[:_SHOWN]) + (" …" if len(likely) > _SHOWN else "")
        notes.append(f"may be charges, and count as goods unless --charges names them: {some}")


def _sounds(text: str) -> bool:
    words = re.findall(r"\w+", text.lower())
    known = any(plain(word) in _WORDS for word in words)
    return len(words) <= _MOST_WORDS and (known or " ".join(words[:2]) in _TWO_WORDS)
