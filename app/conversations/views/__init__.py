"""Pages of conversations."""

from __future__ import annotations

from flask import Blueprint

from app.conversations.policy import Permission
from app.core.actor import Scope
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("conversations", __name__)
nav_entry(
    22, "conversations.index", _("Conversations"), Permission.READ, "mail", scope=Scope.OPERATOR,
)  # fmt: skip
nav_entry(46, "conversations.index", _("Conversations"), Permission.READ, "mail", group="more", scope=Scope.TENANT)

from app.conversations.views import (  # noqa: E402 -- the modules add their routes to the blueprint
    mails,  # noqa: F401
    panels,  # noqa: F401
    questions,  # noqa: F401
    threads,  # noqa: F401
)
