"""Articles that a full export of 1C leaves out."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from sqlalchemy import or_, select

from app.catalog.models.articles import Article
from app.core.actor import Actor
from app.core.db import command, db
from app.core.locks import lock_rows
from app.exchange.models.one_c import OneCConnection, OneCFile, OneCKey, OneCSession
from app.exchange.service.files import Settings
from app.exchange.service.runs import begin

NAME = "deactivate"


@command
def discontinue_missing(actor: Actor, session_id: int) -> int | None:
    """An import that discontinues them, as a file of the session; None when nothing is to be done. A repeat finds it."""
    (session,) = lock_rows(OneCSession, [session_id])
    known = db.session.scalar(
        select(OneCFile.id).where(OneCFile.session_id == session_id, OneCFile.name == NAME).order_by(OneCFile.id.desc())
    )
    if known is not None:
        return known
    connection = db.session.get_one(OneCConnection, session.connection_id)
    if not connection.drops_missing or not connection.takes_articles or not session.has_all:
        return None
    numbers = db.session.scalars(
        select(Article.sku)
        .join(OneCKey, OneCKey.code == Article.sku)
        .where(
            OneCKey.connection_id == connection.id, OneCKey.kind == "article", Article.status != "discontinued",
            or_(OneCKey.session_id.is_(None), OneCKey.session_id < session_id),
        )
        .order_by(Article.id)
    ).all()  # fmt: skip
    if not numbers:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{NAME}.csv"
        with path.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerows([("sku", "status"), *((number, "discontinued") for number in numbers)])
        run_id = begin(actor, Settings("products", {"sku": "sku", "status": "status"}, {}, "."), path)
    file = OneCFile(
        company_id=session.company_id, connection_id=connection.id, session_id=session_id, name=NAME, state="working",
        parts=[], runs=[run_id], run_id=run_id, figures={"is_read": True, "articles": len(numbers)},
    )  # fmt: skip
    db.session.add(file)
    db.session.flush()
    return file.id
