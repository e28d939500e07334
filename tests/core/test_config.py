"""Settings: documented, checked, the same in child processes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from config import Config, ConfigError, documentation, settings, socket_dir

ROOT = Path(__file__).resolve().parents[2]


def test_every_setting_is_documented_as_it_is_declared():
    page = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `")]
    assert rows == documentation().splitlines()


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("PORT", "eighty", "whole number from 0 to 65535"),
        ("PORT", "70000", "whole number from 0 to 65535"),
        ("WEB_WORKERS", "0", "from 1 to"),
        ("KONTOR_TRIAL", "maybe", "1 or 0"),
        ("DEFAULT_LOCALE", "de", "en, ru, uk"),
        ("TIME_ZONE", "Mars/Olympus", "Europe/Berlin"),
        ("TIME_ZONE", "../etc/passwd", "Europe/Berlin"),
        ("DATABASE_URL", "mysql://a:b@host/db", "postgresql://"),
        ("DATABASE_URL", "postgresql://a:b@host:port/db", "not an address"),
        ("DATABASE_URL", "postgresql://a:b@host", "names no database"),
        ("BROKER_URL", "http://host", "redis://"),
        ("STORAGE_URL", "file://files", "full path"),
        ("STORAGE_URL", "s3:///prefix", "no host"),
        ("MAIL_URL", "mailto:me", "smtp://"),
        ("BASE_URL", "shop.example", "https://"),
        ("LOG_LEVEL", "loud", "INFO"),
        ("SECRET_KEY", "short", "32"),
    ],
)
def test_a_wrong_value_names_the_setting_and_what_is_right(name, value, reason):
    with pytest.raises(ConfigError) as caught:
        Config.from_env({name: value})
    assert caught.value.message.startswith(name)
    assert reason in caught.value.message
    assert "\n" not in caught.value.message


def test_a_password_in_a_wrong_address_is_not_shown():
    with pytest.raises(ConfigError) as caught:
        Config.from_env({"DATABASE_URL": "mysql://kontor:hidden@host/db"})
    assert "hidden" not in caught.value.message


def test_empty_values_count_as_not_set():
    assert Config.from_env({"PORT": "", "BASE_URL": "  "}) == Config()


def test_a_server_of_your_own_needs_a_key_and_an_owner():
    with pytest.raises(ConfigError, match="SECRET_KEY"):
        Config.from_env({"DATABASE_URL": "postgresql://kontor_app@db/kontor"})
    config = Config.from_env({"DATABASE_URL": "postgres://kontor_app@db/kontor", "SECRET_KEY": "k" * 32})
    assert config.database_url == "postgresql+psycopg://kontor_app@db/kontor"
    with pytest.raises(ConfigError, match="DATABASE_OWNER_URL"):
        _ = config.database_owner_url


def test_a_trial_runs_migrations_with_its_one_login(tmp_path):
    environment = {"DATABASE_URL": "postgresql://me@db/kontor", "KONTOR_TRIAL": "1", "KONTOR_INSTANCE": str(tmp_path)}
    config = Config.from_env(environment)
    assert config.database_owner_url == config.database_url
    assert len(config.secret_key) == 64


def test_a_child_process_reads_the_same_settings(tmp_path):
    config = Config(
        KONTOR_INSTANCE=tmp_path, PORT=9000, KONTOR_TRIAL=True, TIME_ZONE="Europe/Kyiv", UPLOAD_MAX_BYTES=4096
    )
    again = Config.from_env(config.as_env())
    assert {s.name: getattr(again, s.name) for s in settings()} == {s.name: getattr(config, s.name) for s in settings()}


def test_the_secret_key_is_made_once_for_its_owner_only(tmp_path):
    config = Config(KONTOR_INSTANCE=tmp_path / "instance")
    assert config.secret_key == config.secret_key
    path = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["secret_key"]
    path.write_text("cut")
    with pytest.raises(ConfigError, match="damaged"):
        _ = config.secret_key


def test_sockets_lie_in_the_instance_unless_the_path_is_too_long_or_odd():
    assert socket_dir(Path("/srv/kontor"), "postgres") == Path("/srv/kontor/postgres/run")
    for odd in (Path("/srv/" + "long" * 30), Path("/srv/my shop"), Path("/srv/Контор")):
        folder = socket_dir(odd, "postgres")
        assert len(str(folder)) < 60
        assert folder == socket_dir(odd, "postgres")
    assert socket_dir(Path("/srv/a b"), "postgres") != socket_dir(Path("/srv/a c"), "postgres")


def test_addresses_follow_from_host_and_port():
    assert Config(HOST="0.0.0.0", PORT=80).base_url == "http://localhost:80"
    assert Config(HOST="::1").base_url == "http://[::1]:8080"
    assert Config(BASE_URL="https://shop.example/").base_url == "https://shop.example"
    assert Config(BASE_URL="https://shop.example/", SECRET_KEY="k" * 32).as_flask()["SESSION_COOKIE_SECURE"]
