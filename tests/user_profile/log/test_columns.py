"""Columns as the exports of many shops call them: known, told, or asked for."""

import json

import numpy as np
import pytest
from user_profile.errors import DataError
from user_profile.log.readers import read_events

from .test_sources import month
from .written import write

EXPORTS = {  # first lines as the shops write them
    "shopify": "Name,Email,Paid at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
    "#1001,a@x,2024-01-02 10:00:00 -0400,2,Mug,12.50,M1\n",
    "woocommerce": "Order ID;Customer ID;Date created;SKU;Product Name;Quantity;Price\n"
    "1;7;2024-01-02 03:04:05;M1;Mug;2;12,50 €\n",
    "olist": "order_id,customer_unique_id,order_purchase_timestamp,product_id,price\n"
    "o,c,2017-10-02 10:56:33,p,29.99\n",
    "dunnhumby": "household_key,BASKET_ID,DAY,PRODUCT_ID,QUANTITY,SALES_VALUE\n"
    "2375,26984851472,1,1004906,1,1.39\n",
    "hm": "t_dat,customer_id,article_id,price,sales_channel_id\n2018-09-20,0f,0663713001,0.05,2\n",
    "retailrocket": "timestamp,visitorid,event,itemid,transactionid\n"
    "1433221332117,257597,view,355908,\n",
    "rees46": "event_time,event_type,product_id,category_code,brand,price,user_id,user_session\n"
    "2019-10-01 00:00:00 UTC,view,44600062,,shiseido,35.79,541312140,72d7\n",
    "amazon": '{"reviewerID": "A1", "asin": "B0", "overall": 5.0, "unixReviewTime": 1370000000}\n',
    "array": json.dumps([{"user": 1, "item": 2, "time": "2024-05-06", "note": None}], indent=1),
    "comments": "# made by a till\nsep=;\n\nuser;item;time\n# a remark\na;x;2024-05-06\n",
    "pipes": 'customer_no|article|date|descr\n7|M1|06.05.2024|"two\nlines"\n',
    "blanks": "customer  date   sku\n7   20240506  M1\n",
    "r": '"user" "item" "time"\n"1" "a" "x" "2024-05-06 10:00"\n',
    "trailing": "user,item,time\na,x,2024-05-06,\n",
    "two columns of time": "user,item,date,time\na,x,2024-05-06,10:30:00\n",
    "mongodb": '{"userId": "a", "productId": "x", "createdAt": {"$date": "2024-05-06"}}\n',
    "sap": "|Kunde|Artikel|Datum|Betrag|\n|a|x|06.05.2024|1,50-|\n",
    "chinese": "用户ID,商品ID,时间,数量\n张三,茶杯,2024年5月6日,2\n",
    "chinese orders": "下单时间,商品编号,数量,单价,用户\n2024-05-06 10:30:00,A1,2,¥3.5,张三\n",
    "café": "Datum;Uhrzeit;Bon-Nr.;Kunden-Nr.;Artikel-Nr.;Menge;Einzelpreis\n"
    "06.05.2024;10:30:00;7;3;A1;2;3,50 €\n",
    "french": "Client;Article;Date d'achat;Quantité;Prix unitaire\n3;A1;2024-05-06;2;3,50\n",
    "spanish": "Pedido;Cliente;Código producto;Fecha;Hora;Cantidad;Precio\n"
    "7;3;A1;13/05/2024;10:30;2;3,50\n",
    "order": "customer,order,sku,date,qty\n3,7,A1,2024-05-06,2\n",
}


@pytest.mark.parametrize("shop", EXPORTS)
def test_exports_of_common_shops_need_no_mapping(tmp_path, shop):
    events, report = read_events(write(tmp_path, "export.txt", EXPORTS[shop]))
    assert len(events) == 1
    assert report.bad == 0
    assert events.item[0] == events.user[0] == 0
    assert "1970" in str(report) or events.time[0] > 10**9


@pytest.mark.parametrize(
    ("shop", "missing"),
    [("chinese orders", "session"), ("café", ""), ("french", "session"), ("spanish", ""),
     ("order", "price")],
)  # fmt: skip
def test_names_in_other_languages_are_all_read(tmp_path, shop, missing):
    events, report = read_events(write(tmp_path, "export.csv", EXPORTS[shop]))
    assert "not read" not in str(report)
    assert events.quantity.tolist() == [2]
    assert events.sessions == (() if missing == "session" else ("7",))
    assert np.isnan(events.price[0]) if missing == "price" else events.price.tolist() == [3.5]


def test_columns_that_are_not_read_are_named(tmp_path):
    text = "user,item,time,colour,\na,x,2024-05-06,red,\n"
    _, report = read_events(write(tmp_path, "log.csv", text))
    assert "columns that are not read: colour" in str(report)
    many = ",".join(f"c{n}" for n in range(20))
    text = f"user,item,time,{many}\na,x,2024-05-06{',' * 20}\n"
    _, report = read_events(write(tmp_path, "many.csv", text))
    assert str(report).endswith("c10, c11 …")
    mapping = {"user": "user", "item": "item", "time": "time"}
    assert "not read" not in str(read_events(tmp_path / "log.csv", mapping=mapping)[1])


def test_a_day_that_bears_its_clock_needs_no_other(tmp_path):
    text = "user,item,date,hour\na,x,2024-05-06 10:30:00,10\n"
    events, _ = read_events(write(tmp_path, "log.csv", text))
    assert events.time[0] == 1_714_991_400


def test_a_day_and_a_clock_in_two_columns_are_one_time(tmp_path):
    text = "who,what,day,at\na,x,06.05.2024,10:30\n"
    mapping = {"user": "who", "item": "what", "time": "day+at"}
    events, _ = read_events(write(tmp_path, "log.csv", text), mapping=mapping)
    named = read_events(write(tmp_path, "named.csv", EXPORTS["two columns of time"]))[0]
    assert events.time[0] == named.time[0] == 1_714_991_400


def test_line_totals_become_prices_and_negative_pieces_cancellations(tmp_path):
    text = "customer,sku,date,qty,total\na,x,2024-05-06,2,10\na,x,2024-05-07,-1,-5\n"
    events, report = read_events(write(tmp_path, "log.csv", text))
    assert events.price.tolist() == [5, 5]
    assert [events.kinds[code] for code in events.kind] == ["purchase", "cancellation"]
    assert "cancellations" in str(report)


def test_visits_and_money_without_items_are_a_log(tmp_path):
    cdnow = " 00001 19970101  1   11.77\n 00002 19970112  2   24.66\n"
    events, report = read_events(write(tmp_path, "CDNOW_master.txt", cdnow))
    assert report.format == "visits"
    assert (events.users, events.items) == (("00001", "00002"), ("a visit",))
    assert events.price.tolist() == [11.77, 12.33]
    with_header = write(tmp_path, "visits.csv", "customer,date,dollars\n1,19970101,11.77\n")
    assert read_events(with_header)[0].items == ("a visit",)


def test_users_a_line_with_their_items_behind(tmp_path):
    events, report = read_events(write(tmp_path, "seq.txt", "1 5 6 7\n2 5\n3 8 9\n"))
    assert report.format == "histories"
    assert [events.items[code] for code in events.item] == ["5", "6", "7", "5", "8", "9"]
    assert not events.timed


def test_columns_may_be_numbered_and_one_may_serve_twice_but_not_for_two_ids(tmp_path):
    path = write(tmp_path, "log.csv", "7,2024-05-06,M1\n8,2024-05-07,M2\n")
    events, _ = read_events(path, mapping={"user": "1", "item": "3", "time": "2", "text": "3"})
    assert events.users == ("7", "8")
    assert events.item_texts() == ["M1", "M2"]
    with pytest.raises(DataError, match="two of user, item and time from the column '1'"):
        read_events(path, mapping={"user": "1", "item": "1", "time": "2"})


def test_a_header_in_quotes_is_the_same_header(tmp_path):
    write(tmp_path, "1.csv", month(13))
    write(tmp_path, "2.csv", '"user","item","time"\n"b","x","14/01/2024"\n')
    assert read_events(tmp_path)[0].users == ("a", "b")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        (
            "log.csv",
            "date,sku,price\n2024-01-02,a,2\n",
            "of the customer .*user=NAME,item=sku",
        ),
        ("log.csv", "customer,date\na,2024-01-02\n", "to be of the item or for money"),
        ("log.json", '[{"customer": "a", "sku": "x"}]', "to be of the time"),
        ("sales.xlsx", "PK\x03\x04[Content_Types].xml", "save its sheet as CSV"),
    ],
)
def test_what_is_missing_is_named_with_what_to_do(tmp_path, name, content, told):
    with pytest.raises(DataError, match=told) as caught:
        read_events(write(tmp_path, name, content))
    assert "\n" not in str(caught.value)


def test_order_numbers_are_orders(tmp_path):
    shopify = "Name,Email,Paid at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku\n"
    text = shopify + "#1001,a@x.de,2024-01-02 03:04:05 +0000,2,Mug,3.5,M1\n"
    events, _ = read_events(write(tmp_path, "shopify.csv", text))
    assert (events.users, events.sessions, events.items) == (("a@x.de",), ("#1001",), ("M1",))
    german = "Auftragsnummer;Kunde;Datum;Artikel;Menge;Gesamtbetrag\nA7;k;13.01.2024;M1;2;7,00\n"
    events, _ = read_events(write(tmp_path, "auftraege.csv", german))
    assert (events.users, events.sessions, events.price.tolist()) == (("k",), ("A7",), [3.5])
