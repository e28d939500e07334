"""The words of printed documents in German, for customers whose papers are German though their portal is not."""

from __future__ import annotations

_TABLE = """
Perhaps it was overlooked: the items below are due and not paid yet. If you have paid, take no notice. | \
Sicher ist es nur übersehen worden: Die folgenden Posten sind fällig und noch offen. Haben Sie bereits gezahlt, betrachten Sie dieses Schreiben als gegenstandslos.
Amount due | Zu zahlen
Last reminder | Letzte Mahnung
Payment reminder | Zahlungserinnerung
Reminder | Mahnung
In spite of our reminders the items below are still open. If they are not paid in time, we hand the claim over. | \
Trotz unserer Mahnungen sind die folgenden Posten noch offen. Gehen sie nicht fristgerecht ein, geben wir die Forderung ab.
We have not yet received payment of the items below and ask you to settle them now. | \
Für die folgenden Posten ist noch keine Zahlung eingegangen. Bitte begleichen Sie sie jetzt.
Balance brought forward | Saldovortrag
Balance | Saldo
Balance in your favour | Guthaben
Statement of account | Kontoauszug
Number | Nummer
Period | Zeitraum
Customer | Kunde
Currency | Währung
Date | Datum
Document | Beleg
Due | Fällig
Debit | Soll
Credit | Haben
Level | Stufe
Days overdue | Tage überfällig
Amount | Betrag
Open, {currency} | Offen, {currency}
Please pay {amount} by {date}, quoting {reference}. | Bitte zahlen Sie {amount} bis zum {date} unter Angabe von {reference}.
Please pay {amount}, quoting {reference}. | Bitte zahlen Sie {amount} unter Angabe von {reference}.
Invoices and charges | Rechnungen und Gebühren
Paid and credited | Gezahlt und gutgeschrieben
Payable by | Zahlbar bis
Open items | Offene Posten
Reminder fee | Mahngebühr
Late payment: {points} percentage points a year above the base rate, actual days over {year}. | \
Verzugszinsen: {points} Prozentpunkte im Jahr über dem Basiszinssatz, tatsächliche Tage durch {year}.
Late payment: {points} percentage points a year above the base rate, months of 30 days over 360. | \
Verzugszinsen: {points} Prozentpunkte im Jahr über dem Basiszinssatz, Monate zu 30 Tagen durch 360.
Interest | Verzugszinsen
Exempt | Steuerfrei
Reverse charge | Steuerschuldnerschaft des Leistungsempfängers
Intra-Community supply | Innergemeinschaftliche Lieferung
Export | Ausfuhrlieferung
Not subject to VAT | Nicht steuerbar
Amount credited | Gutschriftsbetrag
The file factur-x.xml inside this PDF is the same document for machines (EN 16931). | \
Die Datei factur-x.xml in diesem PDF ist derselbe Beleg für Maschinen (EN 16931).
Total without VAT | Gesamt netto
Total with VAT | Gesamt brutto
We credit {amount} to your account. | Wir schreiben Ihrem Konto {amount} gut.
Sum of lines | Summe der Positionen
VAT | USt.
Already paid | Bereits gezahlt
Rounding | Rundung
VAT in {currency} | USt. in {currency}
{percent} discount if paid by {date} | {percent} Skonto bei Zahlung bis {date}
We collect {amount} from {account}, mandate {mandate}. | Wir ziehen {amount} vom Konto {account} ein, Mandat {mandate}.
Day of collection: {date} | Tag des Einzugs: {date}
Package {number} | Packstück {number}
Delivery note | Lieferschein
Packing list | Packliste
Your order | Ihre Bestellung
Our order | Unser Auftrag
Carrier | Spediteur
Tracking | Sendungsnummer
Packages | Packstücke
Gross weight: {weight} | Bruttogewicht: {weight}
Net weight: {weight} | Nettogewicht: {weight}
Delivery terms: {terms} | Lieferbedingungen: {terms}
No. | Pos.
Article | Artikel
Description | Bezeichnung
Ordered | Bestellt
Quantity | Menge
Unit | Einheit
Your article number: {number} | Ihre Artikelnummer: {number}
Batch {number} | Charge {number}
Best before {date} | Mindestens haltbar bis {date}
Serial numbers: {numbers} | Seriennummern: {numbers}
{quantity} will not follow | {quantity} werden nicht nachgeliefert
{quantity} will follow later | {quantity} werden nachgeliefert
Handed over | Übergeben
Received, name and signature | Empfangen, Name und Unterschrift
Day and time | Tag und Uhrzeit
Ordered by | Besteller
Despatched on | Versandt am
Expected on | Erwartet am
Received in full and undamaged unless noted here: | Vollständig und unbeschädigt erhalten, soweit hier nichts vermerkt ist:
Without a package | Ohne Packstück
VAT ID: {number} | USt-IdNr.: {number}
Your reference | Ihr Zeichen
Despatch note | Lieferschein
Contract | Vertrag
Project | Projekt
Tender | Ausschreibung
Tax number: {number} | Steuernummer: {number}
Register: {number} | Register: {number}
Tax representative: {name}, {number} | Fiskalvertreter: {name}, {number}
Delivered to | Lieferanschrift
For invoice | Zu Rechnung
Delivered on | Geliefert am
Credit note | Rechnungskorrektur
Proforma invoice | Proformarechnung
Prepayment invoice | Vorauszahlungsrechnung
Corrected invoice | Berichtigte Rechnung
Invoice | Rechnung
Unit price | Einzelpreis
Net, {currency} | Netto, {currency}
Charge | Zuschlag
Discount | Rabatt
Page {page} of {pages} | Seite {page} von {pages}
Brought forward | Übertrag
Carried forward | Übertrag
Thank you for your order. We confirm it as follows. | Vielen Dank für Ihre Bestellung. Wir bestätigen sie wie folgt.
We are sorry that we cannot take this order. | Leider können wir diese Bestellung nicht annehmen.
Thank you for your order. We confirm it with the changes named at the lines. | \
Vielen Dank für Ihre Bestellung. Wir bestätigen sie mit den bei den Positionen genannten Änderungen.
Delivery | Lieferung
Not delivered | Wird nicht geliefert
You ordered {quantity} | Sie bestellten {quantity}
In its place: {name} | Stattdessen: {name}
Order declined | Absage
Order confirmation | Auftragsbestätigung
Ordered on | Bestellt am
Deliver to | Lieferung an
Price list | Preisliste
Net of VAT. A price holds from its quantity on. | Ohne Umsatzsteuer. Ein Preis gilt ab seiner Menge.
Prices of | Preise vom
Articles | Artikel
Your number: {number} | Ihre Nummer: {number}
Until | Bis
From | Ab
Price, {currency} | Preis, {currency}
Net | Netto
Payment | Zahlung
Scan to pay | Zum Zahlen scannen
Tax | Steuer
References | Referenzen
No package number: set the company prefix given by GS1. | Keine Packstücknummer: Bitte die von GS1 vergebene Basisnummer eintragen.
Package | Packstück
Labels | Etiketten
To | An
Reconciliation act | Saldenabstimmung
Mutual settlements between {seller} and {buyer}, {start} – {end} | Gegenseitige Abrechnung zwischen {seller} und {buyer}, {start} – {end}
Contract {number} | Vertrag {number}
Books of {name} | Nach den Büchern von {name}
Opening balance | Anfangssaldo
Closing balance | Endsaldo
Turnover | Umsatz
Turnover on this page | Umsatz dieser Seite
By the books of {seller} nothing is owed on {date}. | Nach den Büchern von {seller} ist am {date} nichts offen.
By the books of {seller}, {debtor} owes {creditor} {amount} on {date}. | Nach den Büchern von {seller} schuldet {debtor} am {date} {creditor} {amount}.
name and signature | Name und Unterschrift
Seal | Stempel
"""
_UNITS = {
    "pcs": "Stk", "units": "Einh.", "each": "Stk", "pairs": "Paar", "sets": "Sätze", "dozen": "Dtzd", "kg": "kg",
    "g": "g", "t": "t", "m": "m", "cm": "cm", "mm": "mm", "m²": "m²", "m³": "m³", "l": "l", "ml": "ml",
    "reams": "Ries", "hours": "Std", "days": "Tage", "rolls": "Rollen", "packs": "Pack", "boxes": "Ktn",
    "cartons": "Kartons", "bags": "Beutel", "pallets": "Pal.", "bottles": "Fl.", "cans": "Dosen", "tubes": "Tuben",
}  # fmt: skip

GERMAN = {
    **dict(line.split(" | ") for line in _TABLE.strip().splitlines()),
    **_UNITS,
}
