"""The look of the demo firm's papers: a mark of its own, its blue, a line in four languages."""

from __future__ import annotations

from app.billing.service.layouts import LayoutValues, save_layout
from app.core.actor import Actor

# A crane over a wave, drawn by hand in paths.
LOGO = (
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">'
    b'<path fill="#12466b" d="M4 0h40a4 4 0 0 1 4 4v40a4 4 0 0 1-4 4H4a4 4 0 0 1-4-4V4a4 4 0 0 1 4-4z"/>'
    b'<path fill="#fff" d="M11 8h4l18 24V8h4v30h-4L15 14v17h-4z"/>'
    b'<path fill="#e3a23c" d="M6 40c4-4 8-4 12 0s8 4 12 0 8-4 12 0v3c-4-4-8-4-12 0s-8 4-12 0-8-4-12 0z"/></svg>'
)


def add_layouts(house: Actor) -> None:
    """For the house; its invoices are rendered later, by the workers."""
    save_layout(
        house,
        None,
        LayoutValues(
            colour="#12466b",
            name="Nordkontor",
            below={
                "en": "Thank you for buying from us.",
                "de": "Vielen Dank für Ihren Einkauf.",
                "ru": "Благодарим за покупку.",
                "uk": "Дякуємо за покупку.",
            },
            foot="Managing directors: Anna Brandt, Jens Petersen",
            logo=LOGO,
        ),
    )
