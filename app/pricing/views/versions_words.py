"""How pages call versions, and which of them may be edited."""

from __future__ import annotations

from app.core.errors import Conflict
from app.core.texts import N_
from app.pricing.domain.versions import Phase
from app.pricing.queries.versions import Series, VersionLine
from app.web.texts import _

PHASES = {
    Phase.DRAFT: ("plain", _("draft")),
    Phase.WAITING: ("seal", _("waits for approval")),
    Phase.PLANNED: ("info", _("planned")),
    Phase.ACTIVE: ("good", _("holds")),
    Phase.PAST: ("plain", _("past")),
    Phase.WITHDRAWN: ("warn", _("withdrawn")),
}


def version_title(version: VersionLine) -> str:
    """How pages call a version."""
    name = str(_("Version {number}", number=version.version))
    return f"{name}: {version.label}" if version.label else name


def is_open(known: Series, version: VersionLine) -> bool:
    """Prices of versions that are over, or wait for approval, are not edited by hand."""
    return known.phase(version) not in (Phase.PAST, Phase.WITHDRAWN, Phase.WAITING)


def demand_open(known: Series, version: VersionLine) -> None:
    if not is_open(known, version):
        raise Conflict(N_("The prices of this version stay as they are. Edit a draft, or the version that holds."))
