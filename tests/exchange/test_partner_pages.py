"""Partners, their agreements, names, codes and channels over HTTP."""

from __future__ import annotations

from dataclasses import fields
from io import BytesIO

import pytest
from sqlalchemy import select

from app.accounts.domain.roles import Role
from app.core.db import db
from app.core.tenancy import system_scope
from app.exchange.models.messages import ExchangeMessage
from app.exchange.models.partners import Agreement, Channel, Partner, PartnerCode, PartnerIdentifier
from app.exchange.service.channel_secrets import open_secrets
from app.exchange.transports import TRANSPORTS
from tests.factories import accounts
from tests.factories import messages as make
from tests.support.queries import counted


@pytest.fixture
def admin(isolated, world, client):
    with world():
        user = accounts.person(accounts.operator(), Role.OPERATOR_ADMIN)
    accounts.sign_in(client, user)


def all_of(model):
    with system_scope("test"):
        rows = list(db.session.scalars(select(model).order_by(model.id).execution_options(populate_existing=True)))
        for row in rows:
            db.session.expunge(row)
        return rows


def test_a_partner_is_made_and_changed(admin, client, world):
    with world():
        company = accounts.customer("ACME-1", name="Acme")
    assert "No partners yet" in client.get("/partners").text
    form = client.get("/partners/new").form()
    assert client.post("/partners/new", form | {"code": "a b", "name": ""}).status == 422
    assert client.post("/partners/new", form | {"code": "ACME", "name": "Acme", "account": "NONE"}).status == 422
    assert client.post("/partners/new", form | {"code": "ACME", "name": "Acme", "account": "ACME-1"}).status == 303
    assert client.post("/partners/new", form | {"code": "ACME", "name": "Again"}).status == 409
    form = client.get("/partners/ACME/edit").form()
    assert form["account"] == "ACME-1"
    assert client.post("/partners/ACME/edit", form | {"name": "Acme AG", "note": "Ask Eva."}).status == 303
    page = client.get("/partners/ACME")
    assert "Ask Eva." in page.text
    with world():
        (row,) = all_of(Partner)
        assert (row.name, row.company_id, row.is_test, row.is_active) == ("Acme AG", company.id, False, True)


def test_names_are_unique_and_removed(admin, client, world):
    with world():
        make.partner("ACME")
        make.partner("OTHER")
    form = client.get("/partners/ACME/names/new").form()
    given = form | {"scheme": "gln", "value": "4012345000009"}
    assert client.post("/partners/ACME/names/new", given).status == 303
    assert client.post("/partners/OTHER/names/new", given).status == 409
    page = client.get("/partners/ACME")
    assert "4012345000009" in page.text
    assert "ACME" in client.get("/partners?q=4012345").text
    with world():
        (row,) = all_of(PartnerIdentifier)
    assert client.post(f"/partners/OTHER/names/{row.id}/remove", {}).status == 404
    assert client.post(f"/partners/ACME/names/{row.id}/remove", {}).status == 303
    assert "4012345000009" not in client.get("/partners/ACME").text


def test_an_agreement_keeps_options_the_form_does_not_know(admin, client, world):
    with world():
        owner = make.partner("ACME", accounts.customer())
        folder = make.channel(owner)
    form = client.get("/partners/ACME/agreements/new").form()
    given = form | {"direction": "in", "document": "order", "format": "edifact-orders", "channel": str(folder.id)}
    assert client.post("/partners/ACME/agreements/new", given).status == 303
    assert client.post("/partners/ACME/agreements/new", given).status == 409
    with world():
        (row,) = all_of(Agreement)
        assert row.options == {"on_invalid": "park", "ship_to": "known", "unknown": "park", "quantities": "fit"}
        with system_scope("test"), db.session.begin():
            db.session.get_one(Agreement, row.id).options = row.options | {"charset": "UNOC"}
    address = f"/partners/ACME/agreements/{row.id}"
    form = client.get(address).form()
    assert client.post(address, form | {"quantities": "refuse", "version": "D96A"}).status == 303
    with world():
        (row,) = all_of(Agreement)
        assert (row.version, row.options["charset"], row.options["quantities"]) == ("D96A", "UNOC", "refuse")
    assert "EDIFACT ORDERS" in client.get("/partners/ACME").text
    assert client.post(f"{address}/remove", {}).status == 303
    with world():
        assert all_of(Agreement) == []


def test_the_catalogue_is_sent_where_one_was_agreed(admin, client, world):
    with world():
        found = make.partner("ACME", accounts.customer("ACME-1"))
    assert "Send the catalogue" not in client.get("/partners/ACME").text
    with world():
        db.session.add(Agreement(partner_id=found.id, direction="out", document="catalogue", format="bmecat"))
        db.session.commit()
    assert "Send the catalogue" in client.get("/partners/ACME").text
    page = client.post("/partners/ACME/catalogue", {})
    assert page.status == 303
    assert client.get(page.headers["Location"]).status == 200
    with world():
        (message,) = all_of(ExchangeMessage)
        assert (message.document, message.format, message.direction) == ("catalogue", "bmecat", "out")


def test_codes_go_out_and_come_in_as_a_table(admin, client, world):
    with world():
        make.partner("ACME")
    form = client.get("/partners/ACME/codes").form("/partners/ACME/codes")
    assert client.post("/partners/ACME/codes", form | {"kind": "unit", "theirs": "KAR", "ours": ""}).status == 422
    assert client.post("/partners/ACME/codes", form | {"kind": "unit", "theirs": "KAR", "ours": "XCT"}).status == 303
    table = "kind;theirs;ours\narticle;X-1;A-1\nunit;KAR;XBX\n"
    answer = client.post("/partners/ACME/codes/import", {"file": (BytesIO(table.encode()), "codes.csv")}, follow=True)
    assert "2 codes are kept." in answer.text
    out = client.flask.get("/partners/ACME/codes.csv").data.decode("utf-8-sig")
    assert out.splitlines() == ["kind,theirs,ours", "article,X-1,A-1", "unit,KAR,XBX"]
    bad = client.post("/partners/ACME/codes/import", {"file": (BytesIO(b"shape,X,Y\n"), "codes.csv")})
    assert bad.status == 422
    assert "Row 1:" in bad.text
    with world():
        rows = all_of(PartnerCode)
    assert client.post(f"/partners/ACME/codes/{rows[0].id}/remove", {}).status == 303
    assert client.get("/partners/ACME/codes?kind=article&q=x").status == 200


def test_a_channel_keeps_its_secrets_to_itself(admin, client, world):
    with world():
        make.partner("ACME")
    page = client.get("/partners/ACME/channels/new")
    assert "SFTP" in page.text
    address = "/partners/ACME/channels/new?transport=https"
    form = client.get(address).form()
    secrets = [f"set_{one.name}" for one in fields(TRANSPORTS["https"].settings) if one.metadata["secret"]]
    assert set(secrets) < set(form)
    hidden = dict.fromkeys(secrets, "s3cret-words-of-32-characters-long")
    filled = form | {"set_address": "https://partner.example/in"} | hidden
    done = client.post(address, filled)
    assert done.status == 303, done.errors
    shown = client.get(done.location)
    assert "s3cret-words" not in shown.html
    assert "Kept. Leave empty to keep it." in shown.text
    form = shown.form(done.location)
    assert client.post(done.location, form | {"channel_name": "Ours"}).status == 303
    with world():
        (row,) = all_of(Channel)
        assert row.name == "Ours"
        assert "s3cret-words-of-32-characters-long" in open_secrets(row).values()
        assert "s3cret" not in str(row.settings)


def test_a_channel_is_tried_step_by_step(admin, client, world):
    with world():
        folder = make.channel(make.partner("ACME"), settings={"inbox": "in", "outbox": "../../outside"})
    page = client.post(f"/channels/{folder.id}/test", {})
    assert page.status == 200
    assert "failed" in page.text
    with world():
        folder = make.channel(make.partner("FINE"), settings={"inbox": "in", "outbox": "out"})
    assert "How it went" in client.post(f"/channels/{folder.id}/test", {}).text


def test_many_partners_cost_as_few_statements_as_two(admin, client, world, app):
    with world():
        for n in range(2):
            make.partner(f"P{n:02}")
    with counted(app) as few:
        client.get("/partners")
    with world():
        for n in range(2, 20):
            make.partner(f"P{n:02}")
    with counted(app) as many:
        client.get("/partners")
    assert len(many) == len(few)
