"""Before the opening nobody finds a price, the name of a bidder, or (unless the tender says so) how many have bid.

Every page and export, the log, a dump of the database, every file of the installation, and raw SQL as every role.
"""

from __future__ import annotations

import difflib
import io
import logging
import os
import re
import subprocess
import zipfile

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from app.accounts.domain.roles import Role
from app.core.local.binaries import postgres_bin
from tests.factories import bids as make
from tests.factories import tenders
from tests.factories.accounts import actor_for, operator, person
from tests.factories.ordering import sign_in
from tests.support.page import PageClient

PRICE = "7531.902468"
NOTE = "QuietNoteOfTheBidder"
# As it may be written on a page, in a file, in JSON, in hexadecimal.
TRACES = ("7531.90", "7,531.90", "7531,90", "7 531", "7\u202f531", "7\xa0531", "75319.02", NOTE, PRICE.encode().hex(),
          NOTE.encode().hex())  # fmt: skip
# What differs between two views of the same page: tokens, references, moments.
CHANGING = re.compile(
    r"[\w-]{20,}\.[\w-]{6}\.[\w-]{27}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|\d+ (second|minute)s? ago|just now|now"
)


@pytest.fixture
def ground(committing, world):
    """A tender open for bids, nobody has bid yet."""
    with world():
        operator()
        made = tenders.bidding(suppliers=2, title="Silent pumps")
        desk = actor_for(person(operator(), Role.OPERATOR_ADMIN), operator())
    return made, desk


def bid(made, world) -> None:
    """The first of the two suppliers bids, keeps a draft of a change, and answers again."""
    with world():
        make.submitted(made, 0, PRICE, note=NOTE)


def reader(app, actor) -> PageClient:
    client = PageClient(app)
    sign_in(client, actor)
    return client


def addresses(app, number: str) -> list[str]:
    """Every GET address that needs nothing, or only the number of the tender."""
    found = []
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "static" and "sign_out" not in rule.endpoint:
            if not rule.arguments:
                found.append(adapter.build(rule.endpoint))
            elif rule.arguments == {"number"} and "tender" in rule.rule:
                found.append(adapter.build(rule.endpoint, {"number": number}))
    return sorted(set(found))


def shown(answer) -> str:
    """The answer as text; workbooks unpacked."""
    data = answer.get_data()
    if data.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            data = b"\n".join(archive.read(name) for name in archive.namelist())
    return data.decode("utf-8", "replace")


def everything(client: PageClient, wanted: list[str]) -> dict[str, str]:
    return {address: CHANGING.sub("", shown(client.flask.get(address))) for address in wanted}


def difference(before: str, after: str) -> list[str]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=0)
    return [line for line in lines if not line.startswith(("---", "+++", "@@"))]


def test_no_page_or_export_tells_anything(app, ground, world):
    made, desk = ground
    wanted = addresses(app, made.number)
    own = [address for address in wanted if made.number in address and "/supplier/" not in address]
    assert len(own) >= 10
    buyer, boss = reader(app, made.buyer), reader(app, made.approver)
    buyer.flask.get(own[0])
    before = everything(buyer, own)
    bid(made, world)
    after = everything(buyer, own)
    for address in own:
        assert difference(before[address], after[address]) == [], f"{address} knows that somebody has bid"
    rival = reader(app, made.suppliers[1][1])
    for client, some in ((buyer, wanted), (boss, own), (rival, wanted), (reader(app, desk), wanted)):
        for address, page in everything(client, some).items():
            assert not [trace for trace in TRACES if trace in page], address


def test_no_log_line_dump_or_file_tells_anything(app, config, ground, world, caplog):
    made, _desk = ground
    caplog.set_level(logging.DEBUG)
    names = {made.suppliers[0][0].name, made.suppliers[0][1].name}
    before = dump(config)
    bid(made, world)
    assert not [trace for trace in (*TRACES, *names) if trace in caplog.text]
    after = dump(config)
    assert "bid_parts" in after
    assert not [trace for trace in TRACES if trace in after]
    added = "\n".join(set(after.splitlines()) - set(before.splitlines()))
    assert "submit_bid" in added
    assert not [name for name in names if name in added], "a new row names the bidder"
    for trace in (PRICE, NOTE):
        found = subprocess.run(
            ["grep", "-rlaF", "--", trace, str(config.instance_dir)], capture_output=True, text=True, check=False
        )
        assert found.stdout == "", "a file of the installation, the database's own among them"


def dump(config) -> str:
    url = make_url(config.database_owner_url)
    host = url.query["host"]
    done = subprocess.run(
        [str(postgres_bin() / "pg_dump"), "--inserts", "--data-only", f"--host={host}", "--username=postgres", url.database],
        capture_output=True, text=True, check=True, env=dict(os.environ),
    )  # fmt: skip
    return done.stdout


READS = (
    "SELECT 1 FROM bids", "SELECT 1 FROM bid_parts", "SELECT 1 FROM bid_events", "SELECT 1 FROM bid_drafts",
    "SELECT 1 FROM bid_lines", "SELECT 1 FROM bid_totals", "SELECT 1 FROM bid_answers", "SELECT 1 FROM opening_records",
    "SELECT 1 FROM sourcing_events WHERE owner_tag <> ''", "SELECT 1 FROM event_chains WHERE owner_tag <> ''",
    "SELECT 1 FROM own_bids(ARRAY['x'::bytea])", "SELECT 1 FROM audit_entries WHERE changes::text LIKE '%7531%'",
    "SELECT 1 WHERE count_live_bids(1) IS NOT NULL", "SELECT 1 FROM lots_short_of_bids(1)",
    "SELECT 1 FROM begin_opening(1, 1, NULL, NULL) WHERE private_key IS NOT NULL",
    "SELECT wrapped_private FROM tender_keys", "SELECT last_value FROM bids_id_seq", "SELECT last_value FROM bid_parts_id_seq",
    "UPDATE bids SET opened_at = now() RETURNING 1", "UPDATE bid_parts SET opened_at = now() RETURNING 1",
    "DELETE FROM bids RETURNING 1", "DELETE FROM bid_events RETURNING 1",
)  # fmt: skip


def test_raw_sql_of_every_role_finds_nothing(config, ground, world):
    made, _desk = ground
    bid(made, world)
    engine = create_engine(config.database_url)
    roles = [("kontor_operator", 0), ("kontor_operator", made.company.id), ("kontor_tenant", made.company.id)]
    roles += [("kontor_tenant", company.id) for company, _actor in made.suppliers] + [("kontor_app", made.company.id)]
    for role, company in roles:
        for statement in READS:
            with engine.connect() as connection:
                connection.execute(
                    text("SELECT set_config('role', :r, true), set_config('kontor.company_id', :c, true)"),
                    {"r": role, "c": str(company)},
                )
                try:
                    rows = connection.execute(text(statement)).all()
                except ProgrammingError as error:
                    assert "permission denied" in str(error), statement
                    rows = []
                assert rows == [], f"{role} of {company}: {statement}"
    engine.dispose()


def test_rows_of_a_bid_name_nobody_even_for_the_owner_of_the_database(config, ground, world):
    made, _desk = ground
    bid(made, world)
    url = make_url(config.database_owner_url).set(username="postgres")
    engine = create_engine(url.render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT supplier_id, supplier_name FROM bids")).all() == [(None, "")]
        events = connection.execute(
            text("SELECT supplier_id, user_id, actor, on_behalf, content FROM sourcing_events WHERE owner_tag <> ''")
        ).all()
        assert [row[:4] for row in events] == [(None, None, "", "")]
        assert made.suppliers[0][0].name not in events[0].content
        receipts = connection.scalars(text("SELECT receipt::text FROM bid_events")).all()
        assert not [trace for trace in TRACES if trace in receipts[0]]
        assert connection.scalar(text("SELECT count(*) FROM audit_entries WHERE object_type LIKE 'bid%'")) == 0
        assert connection.scalar(text("SELECT count(*) FROM outbox WHERE payload::text ILIKE '%bid%'")) == 0
    engine.dispose()
