"""Imports by plain functions, and a small good and bad file for every importer."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.core.actor import Actor
from app.core.tenancy import acting_as
from app.exchange.models.imports import ImportRun
from app.exchange.queries.runs import run as run_of
from app.exchange.service.files import Settings
from app.exchange.service.processing import Progress, process
from app.exchange.service.runs import begin
from tests.factories import accounts, catalog, inventory, pricing


def importer_actor() -> Actor:
    """The system at work for the operator."""
    return Actor.system(accounts.operator().id)


def stored_file(content: str | bytes, name: str = "file.csv") -> Path:
    path = Path(tempfile.mkdtemp(prefix="kontor-test-")) / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def imported(
    kind: str,
    content: str | bytes,
    *,
    mapping: Mapping[str, str] | None = None,
    options: Mapping[str, str] | None = None,
    is_all_or_nothing: bool = False,
    progress: Progress | None = None,
) -> ImportRun:
    """Import a file as the command line does; returns the run as it ended."""
    actor = importer_actor()
    settings = Settings(kind, mapping or {}, options or {}, is_all_or_nothing=is_all_or_nothing)
    with acting_as(actor):
        run_id = begin(actor, settings, stored_file(content))
        process(actor, run_id, progress)
        return run_of(actor, run_id)


def counts(run: ImportRun) -> tuple[int, int, int, int]:
    """Created, changed, same, refused."""
    return run.created_count, run.changed_count, run.same_count, run.refused_count


@dataclass(frozen=True)
class Sample:
    """A good file, the same with bad rows, and what must be there before. `refused`: row -> code of the problem."""

    good: str
    bad: str
    refused: Mapping[int, str]
    options: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], object] = lambda: None
    german: str = ""


def _articles() -> None:
    for sku in ("A-1", "A-2", "A-3"):
        catalog.article(sku, units={"XBX": 12}, discount_group="D1")


def _assorted() -> None:
    accounts.operator()
    catalog.category("10")
    catalog.article("A-1", brand="Bolto")
    catalog.article("A-2")


def _history() -> None:
    _articles()
    accounts.customer("C1")
    accounts.customer("C2")


def _discounts() -> None:
    _articles()
    pricing.price_list("SALE", {"A-1": "10.00", "A-2": "4.00"})


def _supplier() -> None:
    accounts.operator()
    accounts.supplier("ACME", currency="EUR")
    catalog.article("A-1", gtin="4006381333931", mpn="77-1", brand="Bolto")


def _shelves() -> None:
    _articles()
    inventory.stock("A-1", 10)
    inventory.stock("A-2", 5, "NORTH")
    accounts.supplier("ACME")


def _chain() -> None:
    pricing.price_list("GEN")
    pricing.chain("ALL", "GEN", is_default=True)
    accounts.customer("ACME")


SAMPLES: dict[str, Sample] = {
    "costs": Sample(
        good="sku,cost,currency,valid from\nA-1,4.20,EUR,\nA-2,0.125,USD,2026-12-04\n",
        bad="sku,cost,currency\nA-1,4.20,EUR\nX-9,1,EUR\nA-2,-1,EUR\nA-2,1,e\nA-1,5,EUR\nA-3,dear,EUR\n",
        refused={3: "refused", 4: "refused", 5: "refused", 6: "refused", 7: "not_a_number"},
        prepare=_articles,
        german="Artikelnummer;Einkaufspreis;Währung\nA-1;1.234,5;EUR\n",
    ),
    "exchange_rates": Sample(
        good="from,to,rate,date\nUSD,EUR,0.912345,2026-12-04\nGBP,EUR,1.17,2026-12-04\n",
        bad="from,to,rate,date\nUSD,EUR,0.9,2026-12-04\nUS,EUR,1,2026-12-04\nEUR,EUR,1,2026-12-04\nGBP,EUR,0,2026-12-04\n",
        refused={3: "bad_currency_from", 4: "bad_currency_to", 5: "bad_rate"},
        german="von;nach;Kurs;Datum\nUSD;EUR;0,9;04.12.2026\n",
    ),
    "price_assignments": Sample(
        good="level,account,chain,combine,valid from,valid to\naccount,ACME,ALL,shut,2026-12-04,2026-12-31\ngeneral,,ALL,,,\n",
        bad="level,account,chain,combine\naccount,ACME,ALL,\naccount,NONE,ALL,\naccount,ACME,NONE,\nstrange,ACME,ALL,\n"
        "account,ACME,ALL,mixed\n",
        refused={3: "bad_subject", 4: "bad_chain", 5: "bad_level", 6: "bad_combine"},
        prepare=_chain,
        german="Ebene;Kundennummer;Kette\naccount;ACME;ALL\n",
    ),
    "attributes": Sample(
        good=(
            "attribute_code,name_en,name_ru,kind,unit,choices,facet,position\n"
            "length_mm,Length,Длина,number,MMT,,yes,1\n"
            "colour,Colour,Цвет,choice,,black; ru=чёрный | white; ru=белый,yes,2\n"
            "zinc,Zinc plated,,flag,,,no,3\n"
        ),
        bad=(
            "code,name,kind,choices\nlength,Length,number,\n,Thread,text,\ncolour,Colour,choice,\n"
            "shade,Shade,choice,black; xx=schwarz\nweight,Weight,mass,\nlength,Length,text,\n"
        ),
        refused={3: "empty", 4: "bad_choices", 5: "bad_choices", 6: "bad_kind", 7: "bad_code"},
        german="Merkmalcode;Bezeichnung;Typ;Einheit;Filter\nl;Länge;number;MMT;ja\n",
    ),
    "brands": Sample(
        good="brand_code,name,about,website\nANV,Anvilor,Bolts and nuts,https://anvilor.example\nTOR,Torvik,,\n",
        bad="code,name,website\nANV,Anvilor,https://anvilor.example\n,Torvik,\nKEL,Keldra,ftp://keldra\nANV,Again,\n",
        refused={3: "empty", 4: "bad_website", 5: "bad_code"},
        german="Markencode;Marke;Webseite\nANV;Anvilor;https://anvilor.example\n",
    ),
    "related": Sample(
        good="sku,other,relation,position\nA-1,A-2,substitute,1\nA-1,A-3,complement,\n",
        bad="sku,other,kind\nA-1,A-2,substitute\nA-1,X-9,substitute\nX-9,A-1,substitute\nA-1,A-3,friend\nA-1,A-1,substitute\nA-1,A-2,substitute\n",
        refused={3: "bad_other", 4: "bad_sku", 5: "bad_kind", 6: "bad_other", 7: "bad_other"},
        prepare=_articles,
        german="Artikelnummer;Zugehöriger Artikel;Beziehung\nA-1;A-2;substitute\n",
    ),
    "kit_parts": Sample(
        good="kit,part,quantity\nA-1,A-2,2\nA-1,A-3,0.5\n",
        bad="kit,part,qty\nA-1,A-2,2\nA-1,X-9,1\nX-9,A-2,1\nA-1,A-1,1\nA-2,A-3,1\nA-1,A-3,-1\nA-1,A-3,many\n",
        refused={3: "bad_sku", 4: "bad_kit", 5: "bad_sku", 6: "bad_kit", 7: "bad_quantity", 8: "not_a_number"},
        prepare=_articles,
        german="Set;Teil;Menge\nA-1;A-2;1,5\n",
    ),
    "incoming": Sample(
        good="sku,quantity,expected,po number,line,warehouse,supplier\nA-1,100,2099-12-04,PO-1,1,MAIN,ACME\nA-2,5,2099-12-05,PO-1,2,NORTH,\n",
        bad=(
            "sku,quantity,expected,po number,warehouse\nA-1,100,2099-12-04,PO-1,MAIN\nX-9,1,2099-12-04,PO-1,MAIN\n"
            "A-2,0,2099-12-04,PO-1,MAIN\nA-2,1,soon,PO-1,MAIN\nA-2,1,2099-12-04,PO-1,WEST\nA-1,1,2099-12-04,PO-1,MAIN\n"
        ),
        refused={3: "refused", 4: "refused", 5: "not_a_date", 6: "refused", 7: "refused"},
        prepare=_shelves,
        german="Artikelnummer;Menge;Liefertermin;Bestellnummer\nA-1;1.000,5;04.12.2099;PO-1\n",
    ),
    "batches": Sample(
        good="sku,batch,quantity,expiry date,warehouse\nA-1,L1,6,2099-01-31,MAIN\nA-1,L2,4,,MAIN\nA-2,L1,5,2099-01-31,NORTH\n",
        bad="sku,batch,quantity,warehouse\nA-1,L1,6,MAIN\nX-9,L1,6,MAIN\nA-1,L1,7,MAIN\nA-1,L3,-1,MAIN\nA-1,L4,1,WEST\n",
        refused={3: "refused", 4: "refused", 5: "refused", 6: "refused"},
        prepare=_shelves,
        german="Artikelnummer;Charge;Menge;Verfall\nA-1;L1;6;31.01.2099\n",
    ),
    "supplier_stock": Sample(
        good="sku,supplier,quantity,lead days,drop ship\nA-1,ACME,100,3,yes\nA-2,ACME,5,,no\n",
        bad="sku,supplier,quantity,lead days\nA-1,ACME,100,3\nX-9,ACME,1,3\nA-2,NOBODY,1,3\nA-2,ACME,-1,3\nA-1,ACME,1,3\n",
        refused={3: "refused", 4: "refused", 5: "refused", 6: "refused"},
        prepare=_shelves,
        german="Artikelnummer;Lieferant;Bestand;Lieferzeit\nA-1;ACME;6;3\n",
    ),
    "categories": Sample(
        good="category_code,parent_code,name_en,name_ru\n1.1,1,Bolts,Болты\n1,,Fasteners,Крепёж\n2,,Tools,\n2.1,2,Saws,Пилы\n",
        bad="code,parent,name\n1,,Fasteners\n1,,Again\n2,9,Tools\n3,2,Saws\n4,,\n5,6,Round\n6,5,Round\n",
        refused={3: "twice", 4: "no_parent", 5: "no_parent", 6: "empty", 7: "no_parent", 8: "no_parent"},
        german="Kategoriecode;Oberkategorie;Bezeichnung\n1;;Befestigung\n1.1;1;Schrauben\n",
    ),
    "products": Sample(
        good=(
            "sku,name_en,name_de,unit_code,box_qty,pallet_qty,min_order_qty,order_increment,vat_class,successor_sku,"
            "attributes,variant_of,axes,description_ru,length_mm,pack_weight_xbx,pack_gtin_xbx\n"
            "A-1,Bolt,Schraube,H87,100,2000,100,100,standard,A-4,length=10;thread=M4,,,Болт,12.5,3.75,4006381333931\n"
            "A-2,Nut,Mutter,H87,1,,1,1,reduced,,,,,,,,\n"
            'A-3,"Tube, 3/4""",Rohr,MTR,2.5,,1,1,standard,,,,,,,,\n'
            "A-4,Rod,Stange,XBX,10,,1,1,standard,,,,,,,,\n"
            "A-5,Saw,Säge,H87,,,,,standard,,,,,,,,\n"
            "A-6,Gloves,Handschuhe,PR,,,,,standard,,,,size;colour,,,,\n"
            "A-7,Gloves 9,Handschuhe 9,PR,,,,,standard,,size=9;colour=red,A-6,,,,,\n"
        ),
        bad=(
            "sku,name,gtin,status,min_order_qty,order_increment,attributes,variant_of,axes\n"
            "A-1,Bolt,4006381333931,active,10,5,a=b,,\n"
            ",Nut,,,,,,,\n"
            "A-2,Nut,4006381333932,,,,,,\n"
            "A-3,Saw,,sold,,,,,\n"
            "A-4,Tube,,,7,5,,,\n"
            "A-5,Rod,,,many,,,,\n"
            "A-6,Pin,,,,,red,,\n"
            "A-1,Bolt again,,,,,,,\n"
            "A-7,Gloves 9,,,,,,X-9,\n"
            "A-8,Gloves,,,,,,,size;size\n"
        ),
        refused={3: "empty", 4: "bad_gtin", 5: "bad_status", 6: "bad_minimum", 7: "not_a_number", 8: "not_pairs", 9: "bad_sku",
                 10: "bad_variant_of", 11: "bad_axes"},
        german="Artikelnummer;Bezeichnung;Einheit;Mindestbestellmenge\nA-1;Schraube;H87;1.000\n",
    ),
    "price_list": Sample(
        good="sku,list_price,min_qty,currency,valid_to\nA-1,10.00,,EUR,\nA-1,9.50,100,EUR,\nA-2,4,,EUR,2030-12-31\nA-3,0.125,,,\n",
        bad="sku,price,unit,currency\nA-1,10.00,,EUR\nX-9,1,,EUR\nA-2,-1,,EUR\nA-2,1.5.3,,EUR\nA-3,2,XPX,EUR\nA-3,2,,USD\nA-1,11,,\n",
        refused={3: "bad_sku", 4: "bad_price", 5: "not_a_number", 6: "bad_unit", 7: "other_currency", 8: "bad_sku"},
        options={"price_list": "SALE", "currency": "EUR", "chain": "standard"},
        prepare=_articles,
        german="Artikelnummer;Preis;ab Menge\nA-1;1.250,50;10\n",
    ),
    "discount_groups": Sample(
        good="discount_group,from_boxes,discount_pct\nD1,2,3\nD1,5,7.5\nD1,10,10\n",
        bad="discount_group,from_boxes,discount_pct\nD1,2,3\nD9,2,3\nD1,0,3\nD1,3,101\nD1,2,4\nD1,x,4\n",
        refused={3: "no_articles", 4: "not_positive", 5: "not_a_percent", 6: "twice", 7: "not_a_number"},
        options={"price_list": "SALE"},
        prepare=_discounts,
        german="Rabattgruppe;ab Kartons;Rabatt %\nD1;2;3,5\n",
    ),
    "assortments": Sample(
        good=(
            "assortment,effect,sku,category,brand\nSPRING,allow,A-1,,\nSPRING,deny,A-2,,\nWINTER,deny,,10,\n"
            "WINTER,allow,,,Bolto\n"
        ),
        bad=(
            "assortment,effect,sku,category,brand\nSPRING,allow,A-1,,\n,allow,A-2,,\nSPRING,maybe,A-2,,\nSPRING,deny,X-9,,\n"
            "SPRING,deny,,99,\nSPRING,deny,,,Nobody\nSPRING,deny,A-2,10,\nSPRING,deny,A-1,,\n"
        ),
        refused={3: "empty", 4: "bad_effect", **dict.fromkeys(range(5, 10), "refused")},
        prepare=_assorted,
        german="Sortiment;Regel;Artikelnummer;Kategorie;Marke\nWINTER;gesperrt;A-1;;\n",
    ),
    "accounts": Sample(
        good=(
            "account,name,country,country_code,street,postcode,city,payment_days,email\n"
            "C1,North Ltd,United Kingdom,GB,High Street 1,N1 1AA,London,14,office@north.example\n"
            "C2,West Ltd,EIRE,,,,,,\n"
            "C3,,Channel Islands,,,,,,\n"
            "C4,Süd GmbH,Deutschland,,Weg 2,80331,München,30,\n"
        ),
        bad=(
            "account,country_code,email,payment_days,vat_id\n"
            "C1,GB,,,\n"
            ",GB,,,\n"
            "C2,XX,,,\n"
            "C3,GB,nobody,,\n"
            "C4,GB,,soon,\n"
            "C1,GB,,,\n"
            "HOUSE,GB,,,\n"
            "C5,DE,,,DE123\n"
        ),
        refused={3: "empty", 4: "no_country", 5: "refused", 6: "not_a_number", 7: "refused", 8: "refused", 9: "refused"},
        options={"currency": "GBP"},
        prepare=accounts.operator,
        german="Kundennummer;Firma;Land;PLZ;Ort;Straße\nC1;Süd GmbH;Deutschland;80331;München;Weg 2\n",
    ),
    "stock": Sample(
        good="sku,stock_north,stock_south\nA-1,10,0\nA-2,2.5,\nA-3,,7\n",
        bad="sku,stock_north\nA-1,10\nX-9,1\nA-2,many\nA-3,\nA-1,11\n",
        refused={3: "refused", 4: "not_a_number", 5: "empty", 6: "refused"},
        prepare=_articles,
        german="Artikelnummer;Bestand north\nA-1;1.000,5\n",
    ),
    "order_history": Sample(
        good=(
            "order_number,line_no,ordered_at,account,sku,qty,unit_price\n"
            "100,1,2011-01-04T10:00:00,C1,A-1,12,1.255\n"
            "100,2,2011-01-04T10:00:00,C1,A-2,1,4\n"
            "101,1,2011-01-05T09:00:00,C2,A-1,3,1.30\n"
            "101,2,2011-01-05T09:00:00,C2,A-1,3,1.30\n"
            "100,3,2011-01-04T09:58:00,C1,A-3,2,0\n"
        ),
        bad=(
            "order_number,line_no,ordered_at,account,sku,qty,unit_price\n"
            "100,1,2011-01-04,C1,A-1,12,1.25\n"
            "100,2,2011-01-04,C9,A-1,1,1\n"
            "100,3,2011-01-04,C1,X-9,1,1\n"
            "100,4,2011-01-04,C1,A-1,0,1\n"
            "100,5,2011-01-04,C1,A-1,1,-1\n"
            "100,0,2011-01-04,C1,A-1,1,1\n"
            "100,1,2011-01-04,C1,A-2,1,1\n"
            "100,6,4 January,C1,A-2,1,1\n"
        ),
        refused={3: "unknown_account", 4: "unknown_article", 5: "not_positive", 6: "negative", 7: "not_positive",
                 8: "line_twice", 9: "not_a_date"},
        options={"currency": "GBP"},
        prepare=_history,
        german="Bestellnummer;Position;Bestelldatum;Kundennummer;Artikelnummer;Menge;Preis\n7;1;31.12.2010;C1;A-1;2;1,5\n",
    ),
    "returns": Sample(
        good=(
            "return_number,line_no,returned_at,account,sku,qty,unit_price\n"
            "R1,1,2011-01-04T10:00:00,C1,A-1,12,1.255\n"
            "R1,2,2011-01-04T10:00:00,C1,A-2,1,4\n"
            "R2,1,2011-01-05T09:00:00,C2,A-1,3,1.30\n"
            "R2,2,2011-01-05T09:00:00,C2,A-1,3,1.30\n"
        ),
        bad=(
            "return_number,line_no,returned_at,account,sku,qty,unit_price\n"
            "R1,1,2011-01-04,C1,A-1,12,1.25\n"
            "R1,2,2011-01-04,C9,A-1,1,1\n"
            "R1,3,2011-01-04,C1,X-9,1,1\n"
            "R1,4,2011-01-04,C1,A-1,-1,1\n"
            "R1,1,2011-01-04,C1,A-2,1,1\n"
        ),
        refused={3: "unknown_account", 4: "unknown_article", 5: "not_positive", 6: "line_twice"},
        options={"currency": "GBP"},
        prepare=_history,
        german="Gutschriftnummer;Position;Datum;Kundennummer;Artikelnummer;Menge;Preis\n7;1;31.12.2010;C1;A-1;2;1,5\n",
    ),
    "supplier_articles": Sample(
        good="number,name,brand,mpn,gtin,unit,price\nX1,Bolt,Bolto,77 1,4006381333931,h87,1.25\nX2,Nut,,,,,\n",
        bad=(
            "number,name,gtin,price\nX1,Bolt,4006381333931,1\n,Nut,,\nX2,Nut,4006381333932,\nX3,Saw,,dear\n"
            "X1,Bolt,,\nX4,Rod,,-1\n"
        ),
        refused={3: "empty", 4: "bad_gtin", 5: "not_a_number", 6: "bad_number", 7: "bad_price"},
        options={"supplier": "ACME"},
        prepare=_supplier,
        german="Lieferantenartikelnummer;Bezeichnung;Preis\nX1;Schraube;1,25\n",
    ),
}  # fmt: skip
