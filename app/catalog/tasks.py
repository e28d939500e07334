"""Jobs of the catalogue."""

from __future__ import annotations

from app.catalog.service import media_imports, pictures, search
from app.core.jobs import current_actor, job


@job("catalog.make_sizes", queue="documents")
def make_sizes(picture_id: int) -> bool:
    """The smaller pictures of one."""
    return pictures.make_sizes(current_actor(), picture_id)


@job("catalog.sweep_sizes", every=60)
def sweep_sizes() -> int:
    """Find pictures whose sizes got lost."""
    return pictures.sweep_sizes(current_actor())


@job("catalog.import_media", queue="documents")
def import_media(import_id: int) -> None:
    """The files of one ZIP."""
    media_imports.run_media_import(current_actor(), import_id)


@job("catalog.sweep_media_imports", every=60)
def sweep_media_imports() -> int:
    """Find imports of files whose worker died."""
    return media_imports.sweep_media_imports(current_actor())


@job("catalog.forget_old_misses", every=86_400)
def forget_old_misses() -> None:
    """Drop searches that found nothing and have not come again for half a year."""
    search.forget_old_misses(current_actor())
