"""How much of tenders waits for somebody, for the first page; one statement a side."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import text

from app.core.actor import Actor
from app.core.db import db
from app.sourcing.queries.tenders import GROUPS

_SUPPLIER = text("""
SELECT
    (SELECT count(*) FROM tenders t
     LEFT JOIN tender_participants p ON p.tender_id = t.id AND p.supplier_id = :company
     LEFT JOIN tender_interests i ON i.tender_id = t.id AND i.supplier_id = :company
     WHERE t.id IN (SELECT tenders_of_supplier()) AND t.state = 'bidding'
       AND coalesce(p.state, '') IN ('invited', 'admitted') AND coalesce(i.answer, '') <> 'declined'),
    (SELECT count(*) FROM auctions a JOIN auction_bidders b ON b.auction_id = a.id
     WHERE b.supplier_id = :company AND a.state IN ('planned', 'running')),
    (SELECT count(*) FROM supply_contracts c WHERE c.supplier_id = :company AND c.state = 'pending'
       AND NOT EXISTS (SELECT FROM contract_signatures s WHERE s.contract_id = c.id AND s.side = 'supplier'))""")
_BUYER = text("""
SELECT
    (SELECT count(*) FROM tenders t WHERE t.company_id = :company
       AND t.state = ANY(CAST(:decide AS varchar[]))),
    (SELECT count(*) FROM auctions a WHERE a.company_id = :company AND a.state = 'running'),
    (SELECT count(*) FROM supply_contracts c WHERE c.company_id = :company AND c.state = 'pending'
       AND EXISTS (SELECT FROM contract_signatures s WHERE s.contract_id = c.id AND s.side = 'supplier'))""")


class Waiting(NamedTuple):
    """Of a supplier: tenders open to its bid, auctions it is called to, contracts to sign; of who asks: tenders to
    decide about, auctions that run, contracts to countersign.
    """

    tenders: int
    auctions: int
    contracts: int


def waiting_tenders(actor: Actor, *, as_supplier: bool) -> Waiting:
    statement = _SUPPLIER if as_supplier else _BUYER
    values = {"company": actor.company_id} | ({} if as_supplier else {"decide": list(GROUPS["decide"])})
    return Waiting(*db.session.execute(statement, values).one())
