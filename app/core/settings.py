"""The settings of this process, for the few services that need one: links, time limits, senders."""

from __future__ import annotations

from config import Config

_settings: Config | None = None


def use_settings(config: Config) -> None:
    global _settings  # noqa: PLW0603 -- one configuration a process, chosen at start
    _settings = config


def settings() -> Config:
    if _settings is None:
        raise RuntimeError("no settings: create_app() has not run")
    return _settings
