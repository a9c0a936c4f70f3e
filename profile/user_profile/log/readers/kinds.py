"""What a row's word for its kind, or its sign, says: a purchase, a cancellation, or itself."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from ..events import CANCELLATION, EVENT, PURCHASE, Events
from .names import plain
from .report import ReadReport, rows_of

_WORDS = {
    PURCHASE: "purchase purchased buy bought transaction sale sold order ordered checkout paid "
    "completed complete shipped delivered fulfilled processing closed invoiced ok "
    "success successful valid kauf bestellt verkauf verkauft vente vendu venta vendita "
    "bezahlt geliefert abgeschlossen achat comprado pagado pago acquisto "
    "购买 已购买 下单 已下单 已付款 已支付 已发货 已完成 交易成功",
    CANCELLATION: "cancellation cancelled canceled cancel refund refunded return returned void "
    "voided chargeback storno storniert stornierung erstattet erstattung retoure gutschrift "
    "rückgabe annule rembourse retourne cancelado devuelto devolvido annullato rimborsato "
    "取消 已取消 退款 已退款 退货 已退货",
}
_MOST_WORDS = 12  # that a column of kinds holds
_MEANING = {plain(word): said for said, words in _WORDS.items() for word in words.split()}


def meaning(word: str) -> str:
    """`PURCHASE` or `CANCELLATION` where a shop's word for a kind or a status says so."""
    bare = plain(re.sub(r"^wc-", "", word.strip().lower()))
    return _MEANING.get(bare, word)


def by_meaning(kind: np.ndarray, words: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Codes (N,) into kinds instead of a shop's words for them, and the kinds."""
    meanings = [meaning(word) for word in words]
    kinds = tuple(dict.fromkeys(meanings))
    place = np.array([kinds.index(said) for said in meanings], kind.dtype)
    return place[kind] if len(kind) else kind, kinds


def kind_column(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str | None:
    """Of columns whose names say nothing, the one whose few words tell what was taken back."""
    words: list[set[str]] = [set() for _ in header]
    for row in rows:
        for seen, word in zip(words, row):
            if len(seen) <= _MOST_WORDS:
                seen.add(word.strip())
    told = (
        name
        for name, seen in zip(header, words)
        if len(seen) <= _MOST_WORDS and CANCELLATION in map(meaning, seen)
    )
    return next(told, None)


def without_blanks(words: list[str]) -> list[str]:
    """A status stands on the first row of an order: where it is blank, nothing was cancelled."""
    if not any(meaning(word) in (PURCHASE, CANCELLATION) for word in set(words)):
        return words
    return [word if word.strip() else PURCHASE for word in words]


def _of_statuses(events: Events, meanings: list[str]) -> list[str]:
    """Where a word says that something went back and none that it was bought, the commonest other
    one stands for what was."""
    if CANCELLATION not in meanings or PURCHASE in meanings or len(events.kinds) < 2:
        return meanings
    counts = np.bincount(events.kind, minlength=len(meanings))
    counts[[word == CANCELLATION for word in meanings]] = -1
    usual = int(counts.argmax())
    return [PURCHASE if code == usual else word for code, word in enumerate(meanings)]


def settled(events: Events, report: ReadReport) -> Events:
    """The events with kinds by their meaning; pieces that go back are negative, and cancellations.

    What was taken for what goes into ``report``.
    """
    meanings = _of_statuses(events, [meaning(word) for word in events.kinds])
    for said in (PURCHASE, CANCELLATION):
        words = [w for w, m in zip(events.kinds, meanings, strict=True) if m == said and w != said]
        if words:
            report.notes.append(f"{', '.join(map(repr, words))}: read as {said}")
    back = events.quantity < 0
    sold = np.array([word != CANCELLATION for word in meanings], bool)[events.kind]
    if (back & sold).any():
        report.notes.append(
            f"{rows_of((back & sold).sum())} of negative pieces or money: read as cancellations"
        )
        meanings = [PURCHASE if word == EVENT else word for word in meanings]
    kinds = tuple(dict.fromkeys([*meanings, *([CANCELLATION] if (back & sold).any() else [])]))
    kind = np.array([kinds.index(word) for word in meanings], np.int8)[events.kind]
    if CANCELLATION in kinds:
        kind = np.where(back & sold, kinds.index(CANCELLATION), kind).astype(np.int8)
    if PURCHASE not in kinds and kinds != (EVENT,):
        what = ", ".join(map(repr, kinds))
        report.notes.append(f"no kind is a purchase: what is said of orders is of all, of {what}")
    cancelled = kind == (kinds.index(CANCELLATION) if CANCELLATION in kinds else -1)
    quantity = np.where(cancelled, -np.abs(events.quantity), events.quantity)
    return replace(events, kind=kind, kinds=kinds, quantity=quantity)
