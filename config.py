"""Settings from the environment. Each is documented here and, row by row, in docs/configuration.md.

A field in capitals is a setting and has the name of its environment variable; the properties in small letters
are what the program uses: the setting, or what follows from the instance directory where it is not set.
"""

# ruff: noqa: RUF009 -- _setting() is dataclasses.field() with the documentation of the setting

from __future__ import annotations

import hashlib
import ipaddress
import logging
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import Field, dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

import click

LOCALES = ("en", "ru", "uk")
# A socket address holds 108 bytes with its closing zero; the longest name we put into the folder has 16.
_SOCKET_FOLDER_BYTES = 90


class ConfigError(click.ClickException):
    """A setting that cannot be used, in one sentence that names it."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a setting: its name in the documentation and how text becomes a value (ValueError: what is wrong)."""

    name: str
    parse: Callable[[str], Any]


def _number(low: int, high: int) -> Kind:
    def parse(text: str) -> int:
        if not re.fullmatch(r"-?\d{1,18}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return Kind("number", parse)


def _choice(*allowed: str) -> Kind:
    def parse(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return text

    return Kind("choice", parse)


def _parse_switch(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError("must be 1 or 0")
    return known[text.lower()]


def _parse_time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (LookupError, ValueError, OSError):
        raise ValueError("must be the name of a time zone such as Europe/Berlin") from None
    return text


def _parse_key(text: str) -> str:
    if not re.fullmatch(r"[0-9a-fA-F]{64}", text):
        raise ValueError("must be 64 hexadecimal digits")
    return text.lower()


def _parse_networks(text: str) -> str:
    for part in text.split(","):
        try:
            ipaddress.ip_network(part.strip())
        except ValueError:
            raise ValueError("must be networks with commas between them, such as 10.1.0.0/16, 127.0.0.1") from None
    return text


def _parse_ocds_prefix(text: str) -> str:
    if not re.fullmatch(r"ocds-[A-Za-z0-9]{6}", text):
        raise ValueError("must be ocds- and six letters or digits")
    return text


def _parse_mail_address(text: str) -> str:
    if not re.fullmatch(r"[^\s@+<>]+@[^\s@<>]+", text):
        raise ValueError("must be a mail address without a plus, such as reply@firm.example")
    return text.lower()


def _url(example: str, *schemes: str) -> Kind:
    def parse(text: str) -> str:
        try:
            parts = urlsplit(text)
            _ = parts.port
        except ValueError:
            raise ValueError(f"is not an address; it looks like {example}") from None
        if parts.scheme not in schemes:
            raise ValueError(f"must start with {' or '.join(f'{scheme}://' for scheme in schemes)}, such as {example}")
        if parts.scheme in ("file", "redis+socket") and not parts.path.startswith("/"):
            raise ValueError(f"needs a full path, such as {example}")
        if parts.scheme in ("s3", "smtp", "smtps", "imaps", "http", "https") and not parts.hostname:
            raise ValueError(f"names no host, it looks like {example}")
        return text

    return Kind("address", parse)


def _database(text: str) -> str:
    """The one driver we use, whatever the address calls it."""
    scheme, separator, rest = _url(
        "postgresql://kontor_app:secret@db.example/kontor", "postgresql", "postgres", "postgresql+psycopg"
    ).parse(text).partition("://")  # fmt: skip
    if not urlsplit(f"{scheme}://{rest}").path.strip("/"):
        raise ValueError("names no database, it looks like postgresql://kontor_app:secret@db.example/kontor")
    return f"postgresql+psycopg{separator}{rest}"


TEXT = Kind("text", str)
FOLDER = Kind("folder", lambda text: Path(text).expanduser())
SWITCH = Kind("switch", _parse_switch)
TIME_ZONE = Kind("time zone", _parse_time_zone)
HEX_KEY = Kind("hexadecimal key", _parse_key)
DATABASE = Kind("address", _database)


def _setting(kind: Kind, default: Any, meaning: str, *, shown: str | None = None) -> Any:
    """A field with its documentation; `shown` describes a default that is not a fixed value."""
    return field(default=default, metadata={"kind": kind, "meaning": meaning, "shown": shown})


@dataclass(frozen=True)
class Config:
    """All settings of a process; `Config.from_env()` reads them, `Config()` holds the defaults."""

    KONTOR_INSTANCE: Path = _setting(
        FOLDER,
        Path("instance"),
        "Everything this installation writes: embedded servers, files, mails, logs, secret key.",
        shown="./instance",
    )
    HOST: str = _setting(TEXT, "127.0.0.1", "Address the web server listens on; 0.0.0.0 for all networks.")
    PORT: int = _setting(_number(0, 65535), 8080, "Port the web server listens on; 0 takes any free one.")
    BASE_URL: str = _setting(
        _url("https://shop.example", "http", "https"),
        "",
        "Address under which people reach Kontor, for links in mails and documents; https makes cookies secure.",
        shown="http://HOST:PORT",
    )
    PROXY_COUNT: int = _setting(
        _number(0, 9), 0, "Trusted proxies in front of Kontor whose X-Forwarded headers are believed (nginx: 1)."
    )
    DATABASE_URL: str = _setting(
        DATABASE,
        "",
        "PostgreSQL 15 or later, as the login kontor_app: postgresql://kontor_app:secret@host/kontor.",
        shown="embedded server",
    )
    DATABASE_OWNER_URL: str = _setting(
        DATABASE, "", "The same database as the login kontor_owner; used by migrations only.", shown="embedded server"
    )
    DATABASE_POOL_SIZE: int = _setting(
        _number(1, 200), 5, "Database connections each process keeps; up to twice as many under load."
    )
    BROKER_URL: str = _setting(
        _url("redis://cache.example:6379/0", "redis", "rediss", "redis+socket", "amqp", "amqps"),
        "",
        "Message broker for Celery: Redis, Valkey or RabbitMQ.",
        shown="embedded server",
    )
    STORAGE_URL: str = _setting(
        _url("file:///srv/kontor/files", "file", "s3"),
        "",
        "Where files are kept: file:///folder or s3://bucket/prefix?endpoint=https://...&region=... "
        "(keys as boto3 finds them, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY).",
        shown="storage/ in the instance",
    )
    MAIL_URL: str = _setting(
        _url("smtp://user:secret@mail.example:587?tls=starttls", "file", "smtp", "smtps", "null"),
        "",
        "How mail leaves: smtp://user:secret@host:port?tls=starttls (or tls=none), smtps://..., "
        "file:///folder (one file a mail), null:// (dropped).",
        shown="mail/ in the instance",
    )
    MAIL_FROM: str = _setting(TEXT, "Kontor <kontor@localhost>", "Sender of all mail.")
    REPLY_ADDRESS: str = _setting(
        Kind("mail address", _parse_mail_address),
        "",
        "Address that answers to mails about conversations come in at, as reply+token@...; its mail server must take "
        "addresses with a plus. Without one people answer on the portal.",
        shown="reply@localhost while MAIL_URL is not set",
    )
    REPLY_MAILBOX_URL: str = _setting(
        _url("imaps://user:secret@mail.example/INBOX", "imaps", "file"),
        "",
        "Mailbox those answers are read from: imaps://user:secret@host/INBOX, or file:///folder with .eml files.",
        shown="replies/ in the instance",
    )
    SECRET_KEY: str = _setting(
        TEXT,
        "",
        "Key that signs sessions and links, 32 characters or more, the same on all machines. "
        "Needed with DATABASE_URL; otherwise made once and kept in the instance.",
        shown="secret_key in the instance",
    )
    SEALING_KEY: str = _setting(
        HEX_KEY,
        "",
        "Key that locks the private keys of tenders, 64 hexadecimal digits, the same on all machines and never lost: "
        "without it sealed bids stay closed for ever. Who holds it can read bids that no committee opens.",
        shown="sealing_key in the instance",
    )
    KONTOR_TRIAL: bool = _setting(
        SWITCH, False, "Allow DATABASE_URL to be an owner or superuser; Kontor then creates its four roles itself."
    )
    DEFAULT_LOCALE: str = _setting(_choice(*LOCALES), "en", "Language where neither person nor company chose one.")
    TIME_ZONE: str = _setting(TIME_ZONE, "UTC", "Time zone where no company chose one, an IANA name.")
    SESSION_IDLE_HOURS: int = _setting(_number(1, 720), 12, "A session ends after so many hours without a request.")
    SESSION_MAX_DAYS: int = _setting(_number(1, 365), 14, "A session ends after so many days in any case.")
    RESET_LINK_HOURS: int = _setting(_number(1, 72), 2, "How long a link to set a new password works.")
    INVITATION_DAYS: int = _setting(_number(1, 90), 7, "How long an invitation works.")
    ABANDONED_CART_HOURS: int = _setting(
        _number(0, 8760),
        24,
        "A cart idle for so many hours, not ordered and not awaiting approval, counts as abandoned; 0 for trials.",
    )
    ABANDONED_CART_HOLD_OUT: int = _setting(
        _number(0, 50),
        10,
        "Percent of abandoned carts that nobody contacts, to measure what contacting is worth.",
    )
    PRICE_APPROVAL_PERCENT: int = _setting(
        _number(0, 1000),
        5,
        "A version of a price list that changes some price by more percent, or removes one, needs a second person's approval.",
    )
    PRICE_NOTICE_DAYS: int = _setting(
        _number(1, 90), 14, "So many days ahead customers hear of changed prices, and price managers of lists that end."
    )
    OCDS_PREFIX: str = _setting(
        Kind("prefix", _parse_ocds_prefix),
        "ocds-kontor",
        "What identifiers of exported tenders begin with; the Open Contracting Partnership gives publishers their own.",
    )
    PAYMENT_PROVIDER: str = _setting(
        _choice("off", "test", "mollie"),
        "off",
        "Who takes online payments of customers; `test` shows pages of our own where no money moves.",
    )
    PAYMENT_ADDRESS: str = _setting(TEXT, "", "Root of the payment provider's API; needed for `mollie`.", shown="none")
    PAYMENT_KEY: str = _setting(TEXT, "", "Secret key of the payment provider's API.", shown="none")
    SEPA_CREDITOR_ID: str = _setting(
        TEXT, "", "Our creditor identifier; without one no direct debits are collected.", shown="none"
    )
    UPLOAD_MAX_BYTES: int = _setting(_number(1024, 2**40), 33554432, "Largest request body, so the largest upload.")
    PRIVATE_NETWORKS: str = _setting(
        Kind("networks", _parse_networks),
        "",
        "Private networks that channels to partners may reach, such as 10.1.0.0/16, 127.0.0.1; all others are refused.",
        shown="none",
    )
    EXCHANGE_FOLDER: Path | str = _setting(
        FOLDER,
        "",
        "Folder in which the folders of channels lie; none of them can be outside of it.",
        shown="exchange/ in the instance",
    )
    WEB_WORKERS: int = _setting(_number(1, 256), 2, "Web server processes.")
    WEB_THREADS: int = _setting(_number(1, 256), 4, "Requests each web server process serves at once.")
    WORKER_CONCURRENCY: int = _setting(_number(1, 256), 2, "Processes for quick jobs: events, mails, messages.")
    DOCUMENT_CONCURRENCY: int = _setting(
        _number(1, 256), 1, "Processes for slow jobs: PDF, rule checks, exports, imports."
    )
    LOG_LEVEL: str = _setting(_choice("DEBUG", "INFO", "WARNING", "ERROR"), "INFO", "Least severity that is logged.")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] | None = None) -> Self:
        """Read the environment; raises ConfigError for the first value that cannot be used."""
        environ = os.environ if environ is None else environ
        values = {}
        for setting in settings():
            text = environ.get(setting.name, "").strip()
            if text:
                values[setting.name] = _parsed(setting, text)
        config = cls(**values)
        if config.DATABASE_URL and not config.SECRET_KEY and not config.KONTOR_TRIAL:
            raise ConfigError("SECRET_KEY is not set: a server of your own needs one, 32 random characters or more.")
        if config.SECRET_KEY and len(config.SECRET_KEY) < 32:
            raise ConfigError("SECRET_KEY is too short: use 32 random characters or more.")
        return config

    def start_logging(self) -> None:
        """Send what the program logs to standard error, from where the log files come."""
        logging.basicConfig(level=self.LOG_LEVEL, format="%(asctime)s %(levelname)s %(name)s: %(message)s")

    def changed(self, **values: Any) -> Self:
        """A copy with other settings."""
        return replace(self, **values)

    def as_env(self) -> dict[str, str]:
        """These settings as variables."""
        values = {setting.name: getattr(self, setting.name) for setting in settings()}
        values["KONTOR_INSTANCE"] = self.instance_dir
        return {name: str(int(v)) if isinstance(v, bool) else str(v) for name, v in values.items() if v != ""}

    def child_environment(self) -> dict[str, str]:
        """Our environment for a child, which then reads these settings and no others."""
        names = {setting.name for setting in settings()}
        return {name: value for name, value in os.environ.items() if name not in names} | self.as_env()

    def as_flask(self) -> dict[str, Any]:
        """Settings in Flask's own names, next to ours."""
        values = {setting.name: getattr(self, setting.name) for setting in settings()}
        return values | {
            "SECRET_KEY": self.secret_key,
            "MAX_CONTENT_LENGTH": self.UPLOAD_MAX_BYTES,
            "MAX_FORM_MEMORY_SIZE": self.UPLOAD_MAX_BYTES,
            "PERMANENT_SESSION_LIFETIME": timedelta(hours=self.SESSION_IDLE_HOURS),
            "SESSION_COOKIE_NAME": "kontor",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.base_url.startswith("https://"),
            "BABEL_DEFAULT_LOCALE": self.DEFAULT_LOCALE,
            "BABEL_DEFAULT_TIMEZONE": self.TIME_ZONE,
        }

    @property
    def instance_dir(self) -> Path:
        """The instance directory as a full path."""
        return self.KONTOR_INSTANCE.resolve()

    @property
    def is_database_embedded(self) -> bool:
        return not self.DATABASE_URL

    @property
    def is_broker_embedded(self) -> bool:
        return not self.BROKER_URL

    @property
    def database_url(self) -> str:
        """Address of the database for web, workers and command line, in SQLAlchemy's form."""
        return self.DATABASE_URL or embedded_database_url(self.instance_dir, "kontor_app")

    @property
    def database_owner_url(self) -> str:
        """Address for migrations; raises ConfigError where it is not known."""
        if self.DATABASE_OWNER_URL:
            return self.DATABASE_OWNER_URL
        if self.is_database_embedded:
            return embedded_database_url(self.instance_dir, "kontor_owner")
        if self.KONTOR_TRIAL:
            return self.DATABASE_URL
        raise ConfigError("DATABASE_OWNER_URL is not set: migrations need the login kontor_owner of your database.")

    @property
    def broker_url(self) -> str:
        return self.BROKER_URL or f"redis+socket://{quote(str(broker_socket(self.instance_dir)))}"

    @property
    def storage_url(self) -> str:
        return self.STORAGE_URL or f"file://{quote(str(self.instance_dir / 'storage'))}"

    @property
    def mail_url(self) -> str:
        return self.MAIL_URL or f"file://{quote(str(self.instance_dir / 'mail'))}"

    @property
    def reply_address(self) -> str:
        """Empty: answers by mail are not taken."""
        return self.REPLY_ADDRESS or ("" if self.MAIL_URL else "reply@localhost")

    @property
    def reply_mailbox_url(self) -> str:
        return self.REPLY_MAILBOX_URL or f"file://{quote(str(self.instance_dir / 'replies'))}"

    @property
    def exchange_folder(self) -> Path:
        return Path(self.EXCHANGE_FOLDER or self.instance_dir / "exchange").resolve()

    @property
    def base_url(self) -> str:
        """Address of the portal without a closing slash."""
        if self.BASE_URL:
            return self.BASE_URL.rstrip("/")
        host = "localhost" if self.HOST in ("0.0.0.0", "::", "") else self.HOST  # noqa: S104 -- compared, not bound
        return f"http://[{host}]:{self.PORT}" if ":" in host else f"http://{host}:{self.PORT}"

    @property
    def secret_key(self) -> str:
        """The set key, or the one of the instance, made when first asked for."""
        return self.SECRET_KEY or _kept_secret(
            self.instance_dir / "secret_key", "SECRET_KEY", "delete the file (everybody signs in again)"
        )

    @property
    def sealing_key(self) -> bytes:
        """The set key, or the one of the instance, made when first asked for; 32 bytes."""
        kept = self.SEALING_KEY or _kept_secret(
            self.instance_dir / "sealing_key", "SEALING_KEY", "take it from a backup, sealed bids need it"
        )
        return bytes.fromhex(kept)


def settings() -> tuple[Field[Any], ...]:
    """The settings in the order of the documentation."""
    return fields(Config)


def documentation() -> str:
    """The rows of the table in docs/configuration.md."""
    rows = []
    for setting in settings():
        default = setting.metadata["shown"] or str(setting.default if setting.default is not False else 0)
        kind: Kind = setting.metadata["kind"]
        rows.append(f"| `{setting.name}` | {kind.name} | {default} | {setting.metadata['meaning']} |")
    return "\n".join(rows)


def _parsed(setting: Field[Any], text: str) -> Any:
    try:
        return setting.metadata["kind"].parse(text)
    except ValueError as error:
        shown = re.sub(r"//[^@/]*@", "//...@", text)  # an address may hold a password
        raise ConfigError(f"{setting.name} {error} (it is {shown!r}).") from None


def _kept_secret(path: Path, setting: str, remedy: str) -> str:
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)  # readable for its owner only
            with os.fdopen(handle, "w") as target:
                target.write(secrets.token_hex(32))
            with suppress(FileExistsError):  # another process was quicker
                os.link(name, path)
            Path(name).unlink()
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise ConfigError(f"The key {path} cannot be read or made ({error.strerror}); set {setting}.") from None
    if not re.fullmatch(r"[0-9a-f]{64}", key):
        raise ConfigError(f"The key {path} is damaged; {remedy}.")
    return key


def socket_dir(instance_dir: Path, server: str) -> Path:
    """Folder of an embedded server's socket: in the instance, or a short one where that path is too long or odd."""
    inside = instance_dir / server / "run"
    if len(os.fsencode(inside)) <= _SOCKET_FOLDER_BYTES and re.fullmatch(r"[\w./-]+", str(inside), re.ASCII):
        return inside
    name = hashlib.sha256(os.fsencode(instance_dir)).hexdigest()[:16]
    return Path(f"/tmp/kontor-{server}-{name}")  # noqa: S108 -- owner and mode are checked before use


def embedded_database_url(instance_dir: Path, login: str, database: str = "kontor") -> str:
    """SQLAlchemy address of a database of the embedded server."""
    return f"postgresql+psycopg://{login}@/{database}?host={quote(str(socket_dir(instance_dir, 'postgres')))}"


def broker_socket(instance_dir: Path) -> Path:
    return socket_dir(instance_dir, "valkey") / "valkey.sock"


def local_path(url: str) -> Path:
    """The folder of a file:// address."""
    return Path(unquote(urlsplit(url).path))
