"""Where notices keep data about people: the mails we sent them."""

from __future__ import annotations

from app.core.personal_data import gone

gone("talk", "notices", "user_id")
