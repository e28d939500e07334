"""What people do with a return: sales decides, the warehouse receives and inspects, the customer withdraws."""

from __future__ import annotations

from flask import Response, request

from app.core.actor import Scope
from app.fulfilment.domain.returned import Found
from app.fulfilment.policy import Permission
from app.fulfilment.queries.returns import return_id_of, return_page
from app.fulfilment.service.return_goods import inspect, receive, settle
from app.fulfilment.service.returns import authorise, lapse, refuse, withdraw
from app.fulfilment.views import blueprint
from app.fulfilment.views.case_entries import attach_files, entered, words_of
from app.fulfilment.views.returns import attempt, go
from app.web.access import actor, requires
from app.web.banners import tell
from app.web.texts import _, ngettext


@blueprint.post("/returns/<number:number>/authorise")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def return_authorise(number: str) -> Response:
    return attempt(
        number,
        lambda found: authorise(actor(), found, outcome=words_of("outcome", 20), answer=words_of("answer")),
        _("The customer may send the goods."),
    )


@blueprint.post("/returns/<number:number>/refuse")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def return_refuse(number: str) -> Response:
    return attempt(number, lambda found: refuse(actor(), found, words_of("answer")), _("The return is refused."))


@blueprint.post("/returns/<number:number>/lapse")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def return_lapse(number: str) -> Response:
    return attempt(number, lambda found: lapse(actor(), found), _("The return is closed."))


@blueprint.post("/returns/<number:number>/withdraw")
@requires(Permission.RETURN, scope=Scope.TENANT)
def return_withdraw(number: str) -> Response:
    return attempt(number, lambda found: withdraw(actor(), found), _("The return is withdrawn."))


@blueprint.post("/returns/<number:number>/receive")
@requires(Permission.INSPECT, scope=Scope.OPERATOR)
def return_receive(number: str) -> Response:
    lines = return_page(actor(), number).lines
    return attempt(
        number,
        lambda found: receive(
            actor(), found, {line.id: entered(f"received-{line.id}", line.position) for line in lines}
        ),
        _("The goods are here. Inspect them next."),
    )


@blueprint.post("/returns/<number:number>/inspect")
@requires(Permission.INSPECT, scope=Scope.OPERATOR)
def return_inspect(number: str) -> Response:
    lines = [line for line in return_page(actor(), number).lines if line.received_quantity]

    def finding(line_id: int, position: int) -> Found:
        parts = {name: entered(f"{name}-{line_id}", position) for name in ("stock", "quarantine", "scrap", "back")}
        serials = tuple(words_of(f"serials-{line_id}").replace(",", " ").split())
        return Found(
            **parts, bin_code=words_of(f"bin-{line_id}", 40), serials=serials, note=words_of(f"note-{line_id}", 300)
        )

    return attempt(
        number,
        lambda found: inspect(actor(), found, {line.id: finding(line.id, line.position) for line in lines}),
        _("The goods are inspected, and stock is booked."),
    )


@blueprint.post("/returns/<number:number>/settle")
@requires(Permission.DECIDE, scope=Scope.OPERATOR)
def return_settle(number: str) -> Response:
    lines = [line for line in return_page(actor(), number).lines if line.kept]
    return attempt(
        number,
        lambda found: settle(
            actor(), found, {line.id: entered(f"percent-{line.id}", line.position) for line in lines},
            outcome=request.form.get("outcome"), answer=words_of("answer"),
        ),
        _("It is decided."),
    )  # fmt: skip


@blueprint.post("/returns/<number:number>/files")
@requires(Permission.RETURN, Permission.DECIDE, Permission.INSPECT)
def return_files(number: str) -> Response:
    taken = attach_files(return_id=return_id_of(actor(), number))
    if taken:
        tell(ngettext("{n} file is added.", "{n} files are added.", taken))
    return go(number)
