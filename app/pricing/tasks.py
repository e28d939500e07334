"""Jobs of pricing."""

from __future__ import annotations

from app.core.jobs import current_actor, job
from app.pricing.service import files, watching
from app.web.texts import translator


@job(files.JOB, queue="documents")
def build_price_file(file_id: int) -> str:
    """The own prices of an account as a file."""
    return files.build_price_file(current_actor(), file_id, translator)


@job("pricing.sweep_price_files", every=30)
def sweep_price_files() -> int:
    """Find files whose worker died."""
    return files.sweep_price_files(current_actor())


@job("pricing.watch_lists", every=900)
def watch_lists() -> int:
    """Look ahead for prices that change and lists that end."""
    return watching.watch(current_actor())
