"""`kontor exchange receive` and `kontor exchange send`."""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from app.core.actor import Actor
from app.core.errors import Conflict, NotFound
from app.core.texts import N_, Message
from app.exchange.cli.channels import exchange
from app.exchange.cli.imports import office
from app.exchange.domain.arrivals import Arrival, Subject
from app.exchange.domain.message_machine import NEEDS_PERSON
from app.exchange.mapping.opening import open_file
from app.exchange.queries.messages import message as message_of
from app.exchange.queries.partners import partner_by_code
from app.exchange.service.catalogues import send_catalogue
from app.exchange.service.inbox import receive_and_finish
from app.exchange.service.outbox import send_document
from app.exchange.service.sending import send_message
from app.exchange.service.telling import tell_despatch

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")


@exchange.command()
@_file
@click.option("--partner", default="", metavar="CODE", help="Who sent it; else the names in the file say so.")
@_json
def receive(file: Path, *, partner: str, as_json: bool) -> None:
    """Take a FILE in as if a partner had sent it, work it off, and say what became of its documents.

    The exit code is 5 when a person has to look at one of them.
    """
    with office() as actor:
        partner_id = partner_by_code(actor, partner).id if partner else None
        ids = receive_and_finish(
            actor, Arrival(file.name, file.read_bytes(), partner_id=partner_id, sender=partner, via="cli")
        )
        told = [_told(actor, one) for one in ids]
    _print(told, as_json=as_json)
    if any(one["state"] in NEEDS_PERSON for one in told):
        sys.exit(Conflict.exit_code)


@exchange.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--partner", default="", metavar="CODE", help="Who gets a FILE, in the format that was agreed.")
@click.option("--order", default="", metavar="NUMBER", help="Instead of a file: a document about this order.")
@click.option("--catalogue", is_flag=True, help="Instead of a file: what the partner's account may buy, at its prices.")
@click.option("--document", type=click.Choice(["despatch-advice"]), default="despatch-advice", show_default=True)
@_json
def send(
    file: Path | None, *, partner: str, order: str, catalogue: bool, document: str, as_json: bool
) -> None:  # fmt: skip
    """Send the document of a FILE (in any format that is read here) to a partner, as was agreed with it.

    With --order the despatch advices of an order's shipments that have left; with --catalogue the articles of
    the partner's account at its prices. The same is sent once.
    """
    with office() as actor:
        sent: int | None
        if catalogue and partner and file is None and not order:
            sent, document = send_catalogue(actor, partner_by_code(actor, partner).id), "catalogue"
        elif file is not None and partner and not (order or catalogue):
            sent = _send_file(actor, file, partner)
        elif order and file is None and not catalogue:
            sent = tell_despatch(actor, order)
        else:
            raise click.UsageError("Name a FILE and its --partner, or an --order, or --catalogue and a --partner.")
        if sent is None:
            raise NotFound(N_("Nothing was agreed with {partner} about sending {kind}.", partner=partner or "?",
                              kind=document))  # fmt: skip
        send_message(actor, sent)
        told = [_told(actor, sent)]
    _print(told, as_json=as_json)


def _send_file(actor: Actor, file: Path, partner: str) -> int:
    data = file.read_bytes()
    opened = open_file(data)
    documents = [part.document for part in opened.parts if part.document is not None and part.fault is None]
    if len(documents) != 1:
        raise Conflict(opened.problem or N_("The file holds {n} documents; one is sent at a time.", n=len(documents)))
    found = partner_by_code(actor, partner)
    reference = f"file:{found.id}:{sha256(data).hexdigest()}"
    sent = send_document(
        actor, found.company_id, documents[0], subject=Subject("file", 0), client_ref=reference, partner_id=found.id
    )
    if sent is None:
        raise NotFound(N_("Nothing was agreed with {partner} about sending {kind}.", partner=partner,
                          kind=documents[0].kind))  # fmt: skip
    return sent


def _told(actor: Actor, message_id: int) -> dict[str, Any]:
    found = message_of(actor, message_id)
    reason = str(Message.from_json(found.reason)) if found.reason else ""
    return {
        "id": found.id, "document": found.document, "number": found.number, "format": found.format,
        "state": found.state, "verdict": found.verdict, "reason": reason, "subject": found.subject_kind,
        "reference": found.reference,
    }  # fmt: skip


def _print(told: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for one in told:
        click.echo(f"{one['id']}: {one['document'] or '?'} {one['number']} {one['state']} {one['reason']}".rstrip())
    if not told:
        click.echo("It came before: answered again, nothing was executed.")


COMMANDS: list[click.Command] = [exchange]
