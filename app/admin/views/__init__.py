"""Pages of the operator's administrators."""

from __future__ import annotations

from flask import Blueprint

from app.admin.policy import Permission
from app.core.actor import Scope
from app.notifications.policy import Permission as MailPermission
from app.web.navigation import nav_entry
from app.web.texts import _

blueprint = Blueprint("admin", __name__, url_prefix="/admin")

nav_entry(80, "admin.audit_log", _("Audit log"), Permission.READ_AUDIT, "audit", group="more", scope=Scope.OPERATOR)
nav_entry(82, "admin.outbox", _("Outbox"), Permission.READ_OUTBOX, "exchange", group="more", scope=Scope.OPERATOR)
nav_entry(84, "admin.mails", _("Mails"), MailPermission.READ_MAILS, "mail", group="more", scope=Scope.OPERATOR)
nav_entry(76, "admin.settings", _("Settings"), Permission.EDIT_SETTINGS, "settings", group="more", scope=Scope.OPERATOR)
nav_entry(86, "admin.privacy", _("Privacy"), Permission.PRIVACY, "lock", group="more", scope=Scope.OPERATOR)

from app.admin.views import audit_log, mails, outbox, overview, privacy, settings  # noqa: E402, F401 -- they add their routes to the blueprint
