"""What shops call the columns of their exports, so that a common one needs no mapping.

Letters and digits alone count: "Order ID", order_id and OrderId are one name. Earlier names win.
Met in: Shopify, WooCommerce, Magento, Amazon, Instacart, Olist, dunnhumby, H&M, RetailRocket,
REES46, Criteo, Taobao, YOOCHOOSE, Diginetica, Google Analytics, MovieLens, Last.fm.
"""

import re
import unicodedata
from collections.abc import Sequence

from ...errors import DataError

REQUIRED = ("user", "item", "time")
OPTIONAL = ("session", "kind", "quantity", "price", "amount", "text")

_KNOWN = {
    "user": "user userid uid customeruniqueid customerid customer custid customerno "
    "customernumber customerkey customercode visitorid fullvisitorid userpseudoid clientid "
    "clientnumber memberid membernumber householdkey householdid buyerid shopperid reviewerid "
    "accountid contactid cookieid deviceid personid personkey email customeremail billingemail "
    "customername 用户 用户id 用户编号 用户名 会员 会员id 会员号 会员编号 会员卡号 客户 客户id "
    "客户编号 客户编码 客户名称 顾客 顾客id 顾客编号 买家 买家id 买家昵称 账号 手机号 "
    "kundennummer kundennr kundenid kunde codeclient idclient numeroclient client cliente "
    "idcliente codcliente clienteid codigocliente codicecliente 顧客id 会員id subscriberid "
    "buyer shopper member patient patientno patientid "
    "guestid cardid cardnumber loyaltyid loyaltycardnumber usernumber kartennummer "
    "kundenkarte",
    "item": "item itemid iid productid product productcode sku lineitemsku stockcode articleid "
    "articlenumber article parentasin asin upc ean gtin isbn movieid trackid songid artistid "
    "videoid adid aid contentid itemcode itemno materialnumber productsku variantsku "
    "lineitemname itemname productname 商品 商品id 商品编号 商品编码 商品代码 商品货号 货号 产品 "
    "产品id 产品编号 产品编码 物料编码 宝贝id 款号 条码 商品条码 商品名称 商品名 品名 产品名称 "
    "artikelnummer artikelnr artikel artikelbezeichnung codearticle produit producto "
    "codigoproducto produto prodotto codicearticolo 商品コード servicecode "
    "serviceid treatmentcode plan planid plancode subscriptionplan planname tarif",
    "time": "time timestamp eventtime datetime date eventdate orderpurchasetimestamp orderdate "
    "orderedat invoicedate tdat purchasedate transactiondate transactiontime createdat "
    "datecreated orderdatetime processedat paidat purchasedat ts unixreviewtime eventtimestamp "
    "visitdate visitstarttime saledate saletime dateadd day 时间 日期 下单时间 下单日期 订单时间 "
    "订单日期 订单创建时间 订单付款时间 购买时间 购买日期 交易时间 交易日期 支付时间 付款时间 "
    "成交时间 销售时间 销售日期 创建时间 行为时间 datum bestelldatum auftragsdatum "
    "rechnungsdatum kaufdatum belegdatum zeitpunkt zeitstempel datecommande fecha fechahora data "
    "dataora 日時 購入日時 注文日 paymentdate paymenttime paiddate chargedate billingdate "
    "billdate transactiondatetime solddate soldat soldon orderplaced orderplacedat placedat "
    "purchasetime fechacompra fechapedido datacompra datapedido datedachat dateachat dataordine "
    "dataacquisto appointmentdate appointmenttime bookingdate bookedat reservationdate chargedat "
    "chargedon billedon billedat paidon besuchsdatum terminzeit",
    "session": "session sessionid usersession orderid invoice invoiceno invoiceid invoicenumber "
    "basketid basket transactionid ordernumber orderno receiptid receiptno ticketid billno "
    "visitid gasessionid order receipt ticket transaction 订单 订单号 订单id 订单编号 单号 "
    "交易号 交易编号 小票号 流水号 bestellnummer bestellnr auftragsnummer auftragsnr auftragid "
    "auftrag rechnungsnummer rechnungsnr rechnung belegnummer belegnr beleg bonnummer bonnr bon "
    "numerocommande commande pedido numeropedido factura checkoutid cartid purchaseid saleid "
    "ordine numeroordine idpedido idcommande appointmentid bookingid reservationid",
    "kind": "kind event eventtype eventname behavior behaviortype behaviour actiontype action "
    "type status orderstatus lineitemstatus 状态 订单状态 交易状态 行为 行为类型 事件 "
    "bestellstatus vorgang vorgangsart buchungsart belegart transactiontype movementtype "
    "appointmentstatus bookingstatus",
    "quantity": "quantity qty lineitemquantity quantitypurchased pieces units unitssold quant "
    "itemquantity orderedquantity 数量 购买数量 商品数量 销售数量 件数 menge anzahl stück "
    "stückzahl cantidad rating stars overall quantite qte quantidade quantita qta orderquantity "
    "purchasequantity",
    "price": "price unitprice lineitemprice itemprice saleprice priceperunit 价格 单价 商品单价 "
    "销售单价 售价 preis einzelpreis stückpreis prixunitaire prix preciounitario precio prezzo "
    "pricepaid itemunitprice productprice pu",
    "amount": "amount totalamount dollars salesvalue linetotal total totalprice sales revenue "
    "value spend turnover paymentvalue 金额 总价 总金额 订单金额 实付金额 实付款 支付金额 "
    "付款金额 消费金额 交易金额 销售额 betrag gesamtbetrag gesamtpreis summe umsatz amountpaid "
    "paidamount netamount grossamount ordertotal orderamount ordervalue grandtotal subtotal "
    "fee fees amountcharged chargedamount amounteur amountusd amountgbp betrageur "
    "netsales pricetotal totalvalue montant montanttotal importe importetotal valor valortotal "
    "importo importototale totale",
    "text": "text description title lineitemname productname producttitle itemname name "
    "productdescription productcategoryname categorycode category genres 商品名称 商品名 "
    "商品标题 品名 产品名称 宝贝标题 标题 名称 bezeichnung artikelbezeichnung beschreibung "
    "designation descripcion descrizione descricao productdesc itemdescription articlename "
    "articledescription prodname libelle nomproduit nombreproducto descricaoproduto "
    "descrizioneprodotto servicename treatmentname",
}  # fmt: skip
_MEANT = {"user": "the customer", "time": "the time", "item": "the item"}
CLOCK = "clock"  # the time of day, where a column of its own holds it: time=date+clock
_CLOCKS = ("time", "timeofday", "clock", "hour", "uhrzeit", "zeit", "heure", "hora", "ora", "时刻")
_DAYS = (
    "date", "datum", "fecha", "data", "日期", "belegdatum", "kaufdatum", "bestelldatum",
    "rechnungsdatum", "orderdate", "saledate", "transactiondate", "purchasedate",
)  # fmt: skip
_ORDER = ("user", "time", "item", "session", "kind", "quantity", "price", "amount", "text")


def plain(name: str) -> str:
    """Letters and digits alone, in one case, without accents."""
    apart = unicodedata.normalize("NFKD", name)
    return re.sub(r"[\W_]", "", "".join(c for c in apart if not unicodedata.combining(c))).lower()


def known_columns(header: Sequence[str]) -> dict[str, str]:
    """Our names to those of the header, as far as they are known."""
    columns: dict[str, str] = {}
    by_name: dict[str, str] = {}
    for column in header:
        by_name.setdefault(plain(column), column)
    for ours in _ORDER:
        found = [by_name[name] for name in map(plain, _KNOWN[ours].split()) if name in by_name]
        free = [column for column in found if ours == "text" or column not in columns.values()]
        if free:
            columns[ours] = free[0]
    if columns.get("text") == columns.get("item"):
        columns.pop("text", None)
    if "price" in columns:
        columns.pop("amount", None)
    if "session" not in columns and any(name.startswith("lineitem") for name in by_name):
        columns |= {"session": by_name["name"]} if "name" in by_name else {}  # Shopify's order
    day, clock = ([by_name[name] for name in some if name in by_name] for some in (_DAYS, _CLOCKS))
    if day and clock and plain(columns.get("time", "")) in _DAYS + _CLOCKS:
        columns |= {"time": day[0], CLOCK: clock[0]}
    return columns


def is_log(columns: dict[str, str]) -> bool:
    """A log needs somebody and a time, and an item or money."""
    return {"user", "time"} <= set(columns) and bool({"item", "amount"} & set(columns))


def told_missing(header: Sequence[str]) -> str:
    """What a header lacks to be that of a log and what to do, in words; "" if nothing is known."""
    known = known_columns(header)
    if is_log(known) or not set(_MEANT) & set(known):
        return ""
    missing = [name for name in _MEANT if name not in known]
    shown = known | ({"time": f"{known['time']}+{known[CLOCK]}"} if CLOCK in known else {})
    said = ",".join(f"{ours}={shown.get(ours, 'NAME')}" for ours in REQUIRED)
    found = ", ".join(map(repr, header[:20]))
    what = " and of ".join(_MEANT[name] for name in missing)
    if missing == ["item"]:
        what += " or for money"
        said += ", or of visits without items amount=NAME in place of item"
    return (
        f"no column that is known to be of {what} (found: {found}); say which it is with "
        f"--columns {said}"
    )


def checked_mapping(mapping: dict[str, str]) -> dict[str, str]:
    """The mapping itself. Raises DataError if it lacks a column or has one too many."""
    lacking = [name for name in REQUIRED if name not in mapping]
    if lacking == ["item"] and "amount" in mapping:
        lacking = []  # visits and money
    unknown = [name for name in mapping if name not in REQUIRED + OPTIONAL]
    if lacking or unknown:
        problem = f"lacks {lacking[0]!r}" if lacking else f"has the unknown name {unknown[0]!r}"
        raise DataError(
            f"The column mapping {problem}; it needs {', '.join(REQUIRED)} (of a log without "
            f"items: user, time, amount) and may have {', '.join(OPTIONAL)}."
        )
    if "price" in mapping and "amount" in mapping:
        raise DataError(
            "The column mapping gives both a price and an amount; a price is of one piece, an "
            "amount of the whole row: give one of them."
        )
    required = [mapping[name] for name in REQUIRED if name in mapping]
    twice = [name for name in required if required.count(name) > 1]
    if twice:
        raise DataError(
            f"The column mapping reads two of user, item and time from the column {twice[0]!r}; "
            "each needs a column of its own."
        )
    day, plus, clock = mapping["time"].partition("+")
    return {**mapping, "time": day, CLOCK: clock} if plus else dict(mapping)
