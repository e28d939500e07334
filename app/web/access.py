"""Who may open a page: every view carries `@requires(Permission.X)`, `@signed_in`, `@in_person` or `@public`.

The decorator finds the actor, sends strangers to the sign-in page, refuses what is not allowed, and opens the
actor's scope around the view, so that the page is made (slots included) under the actor's own rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, has_request_context, make_response, redirect, request, url_for

from app.core import once
from app.core.actor import Actor, Scope
from app.core.errors import Forbidden
from app.core.tenancy import acting_as
from app.core.texts import N_
from app.web.fragments import wants_part

View = TypeVar("View", bound=Callable[..., Any])
ActorProvider = Callable[[], Actor | None]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """What a view demands. `permissions`: any one of them is enough. Kept on the view as `view.access`.

    `is_personal`: closed to the operator's people who act for somebody.
    """

    is_public: bool = False
    permissions: tuple[str, ...] = ()
    scope: Scope | None = None
    is_personal: bool = False


class SignInRequired(Exception):
    """Nobody is signed in; the error handler answers with the sign-in page."""


def _nobody() -> Actor | None:
    return None


_providers: dict[str, ActorProvider] = {"actor": _nobody}


def set_actor_provider(provider: ActorProvider) -> None:
    """`accounts` says how a request becomes an Actor (None: nobody is signed in). Asked once per request."""
    _providers["actor"] = provider


def actor() -> Actor:
    """The actor of this request; raises SignInRequired for strangers."""
    found = actor_or_none()
    if found is None:
        raise SignInRequired
    return found


def actor_or_none() -> Actor | None:
    if "kontor_actor" not in g:
        g.kontor_actor = None  # stays when the provider fails, so that the error page does not ask again
        g.kontor_actor = _providers["actor"]()
    return cast("Actor | None", g.kontor_actor)


def reader() -> tuple[str, str] | None:
    """Language and time zone of the person signed in; None also when that cannot be found out."""
    if not has_request_context():
        return None
    try:
        found = actor_or_none()
    except Exception:
        log.exception("the actor of this request cannot be found")
        return None
    return (found.locale, found.time_zone) if found else None


def use_actor(found: Actor) -> None:
    """Who acts in the rest of this request: the actor with fewer rights, such as a visitor from another system."""
    g.kontor_actor = found


def forget_actor() -> None:
    """After sign-in, sign-out or a change of company within the request."""
    g.pop("kontor_actor", None)


def requires(*permissions: str, scope: Scope | None = None) -> Callable[[View], View]:
    """Guard a view by a permission (of several, any is enough), and by scope where the page is the operator's only."""
    if not permissions:
        raise TypeError("requires() names at least one permission")
    return _guard(Access(permissions=tuple(str(p) for p in permissions), scope=scope))


def signed_in(view: View) -> View:
    """Guard a view that is open to everybody who is signed in."""
    return _guard(Access())(view)


def in_person(view: View) -> View:
    """Guard a view that is everybody's own: profile, password, notices; nobody opens it in another's name."""
    return _guard(Access(is_personal=True))(view)


def public(view: View) -> View:
    """Open to strangers; runs in no scope, so its commands and queries open their own."""
    cast("Any", view).access = Access(is_public=True)
    return view


def allows(found: Actor, access: Access) -> bool:
    if access.scope is not None and found.scope not in (access.scope, Scope.SYSTEM):
        return False
    if access.is_personal and found.staff_id is not None:
        return False
    return not access.permissions or any(found.can(permission) for permission in access.permissions)


def _guard(access: Access) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **keywords: Any) -> Response:
            found = actor()
            if not allows(found, access):
                raise Forbidden(N_("You have no right to open this page."))
            with acting_as(found):
                return make_response(view(*arguments, **keywords))

        cast("Any", guarded).access = access
        return cast("View", guarded)

    return decorate


def unguarded_endpoints(app: Flask) -> list[str]:
    """Endpoints whose view says nothing about access; the files of `static` need not."""
    return sorted(name for name, view in app.view_functions.items() if name != "static" and not hasattr(view, "access"))


def safe_next(address: str | None) -> str | None:
    """An address to go on to, only if it is a path of this very site."""
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return None
    if any(ord(character) < 32 for character in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def _way_back() -> str | None:
    """Where to return after sign-in: this page, or after a failed POST the page that sent it."""
    if request.method in ("GET", "HEAD"):
        return safe_next(request.full_path.rstrip("?"))
    if request.referrer and urlsplit(request.referrer).netloc == request.host:
        parts = urlsplit(request.referrer)
        return safe_next(f"{parts.path}?{parts.query}" if parts.query else parts.path)
    return None


def _to_sign_in(_: SignInRequired) -> Response:
    address = url_for(current_app.config["SIGN_IN_ENDPOINT"], next=_way_back())
    if wants_part():
        return Response(status=401, headers={"HX-Redirect": address})
    return cast("Response", redirect(address, code=303))


def _end_once(_error: BaseException | None) -> None:
    once.end()


def init_app(app: Flask) -> None:
    app.before_request(once.begin)
    app.teardown_request(_end_once)
    app.config.setdefault("SIGN_IN_ENDPOINT", "accounts.sign_in")
    app.register_error_handler(SignInRequired, _to_sign_in)
    app.jinja_env.globals.update(actor=actor, actor_or_none=actor_or_none)
