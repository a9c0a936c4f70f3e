"""UCI Online Retail: the shop log that ships with this package (see data/ATTRIBUTION.md)."""

from pathlib import Path

from ..events import CANCELLATION, PURCHASE, Events
from ..sources import Source
from .assemble import MAX_BAD, TextColumns, assemble
from .report import ReadReport
from .rows import read_delimited

SHIPPED = Path(__file__).parents[2] / "data" / "online_retail.csv.xz"

# Stock codes that are charges, corrections and vouchers rather than goods.
NON_PRODUCTS = frozenset(
    ["POST", "DOT", "C2", "D", "M", "m", "S", "B", "BANK CHARGES", "AMAZONFEE", "CRUK"]
    + [f"gift_0001_{pounds}0" for pounds in range(1, 6)]
)
_COLUMNS = {
    "session": "InvoiceNo",
    "item": "StockCode",
    "text": "Description",
    "quantity": "Quantity",
    "time": "InvoiceDate",
    "price": "UnitPrice",
    "user": "CustomerID",
    "country": "Country",
}


def matches(path: Source, lines: list[str]) -> bool:
    return bool(lines) and lines[0].startswith("InvoiceNo,StockCode,")


def read(path: Source, report: ReadReport, *, max_bad: float = MAX_BAD) -> Events:
    """Every row as it is: an invoice is a session; invoices that begin with C are cancellations."""
    columns, lines = read_delimited(path, report, wanted=_COLUMNS)
    country = columns.pop("country")
    invoices, customers = columns.pop("session"), columns.pop("user")
    texts = TextColumns(
        **columns,
        session=invoices,
        user=customers,
        kind=[CANCELLATION if invoice[:1] == "C" else PURCHASE for invoice in invoices],
        user_features={"country": country},
    )
    return assemble(report, lines, texts, max_bad)
