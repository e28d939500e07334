"""What Kontor needs from the machine: packages, system libraries, front-end files, disk, a free port."""

from __future__ import annotations

import ctypes
import errno
import json
import re
import socket
import sys
from importlib import metadata
from pathlib import Path

import psutil
from packaging.requirements import Requirement

from app.core.local.check import FAIL, OK, WARN, Check
from app.core.local.errors import StartError
from app.core.local.places import ROOT, free_bytes
from config import Config

OLDEST_PYTHON = (3, 11)
MEBIBYTE = 1 << 20
NEEDED_MIB, ADVISED_MIB = 400, 2000  # a first start writes about 150 MiB, half of it the log of changes
PANGO_LIBRARIES = (
    "libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz.so.0",
    "libfontconfig.so.1",
)  # fmt: skip
PANGO_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def python() -> Check:
    version = sys.version_info[:3]
    shown = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return Check("python", FAIL, f"Python {shown} is too old.", "Install Python 3.11 or later.")
    return Check("python", OK, f"Python {shown}")


def packages(lock: Path = ROOT / "requirements.lock") -> Check:
    """Whether the installed packages are those of the lock file."""
    wrong, count = [], 0
    for line in lock.read_text(encoding="utf-8").splitlines():
        if not re.match(r"[A-Za-z0-9]", line):
            continue
        wanted = Requirement(line.rstrip("\\ "))
        if wanted.marker is not None and not wanted.marker.evaluate():
            continue
        count += 1
        try:
            found = metadata.version(wanted.name)
        except metadata.PackageNotFoundError:
            found = "missing"
        if not wanted.specifier.contains(found, prereleases=True) if found != "missing" else True:
            wrong.append(f"{wanted.name} {found} instead of {wanted.specifier}")
    if wrong:
        return Check(
            "packages", FAIL, f"Packages differ from the lock file: {', '.join(wrong)}.", "Run `make install`."
        )
    return Check("packages", OK, f"{count} packages as locked")


def pango(libraries: tuple[str, ...] = PANGO_LIBRARIES) -> Check:
    """The text libraries that WeasyPrint loads from the system."""
    missing = []
    if sys.platform == "linux":
        for name in libraries:
            try:
                ctypes.CDLL(name)
            except OSError:
                missing.append(name)
    if missing:
        return Check(
            "pango", FAIL, f"PDF documents cannot be made, the system lacks {', '.join(missing)}.",
            f"Install them, on Debian and Ubuntu by: apt-get install {PANGO_PACKAGES}",
        )  # fmt: skip
    return Check("pango", OK, "Pango, HarfBuzz and Fontconfig")


def front_end(static: Path = ROOT / "app" / "static") -> Check:
    """The style sheets, scripts and fonts that `make install` brings."""
    named = json.loads((static / "package.json").read_text(encoding="utf-8"))["vendor"]
    missing = [target for target in named if not (static / "vendor" / target).is_file()]
    if missing:
        return Check(
            "front end", FAIL, f"{len(missing)} front-end files are not installed ({missing[0]} is the first).",
            "Run `make install`.",
        )  # fmt: skip
    return Check("front end", OK, f"{len(named)} files")


def disk(config: Config) -> Check:
    free = free_bytes(config.instance_dir) // MEBIBYTE
    if free < NEEDED_MIB:
        return Check(
            "disk", FAIL, f"Only {free} MiB are free where {config.instance_dir} lies, Kontor needs {NEEDED_MIB}.",
            "Free some space or set KONTOR_INSTANCE to a folder on another disk.",
        )  # fmt: skip
    if free < ADVISED_MIB:
        return Check("disk", WARN, f"{free} MiB free", "Plan for more space soon.")
    return Check("disk", OK, f"{free // 1024} GiB free")


def listener(port: int) -> str:
    """Who listens on a TCP port, as far as this user may know: 'nginx (process 12)'."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        pass
    return "another program"


def open_port(config: Config) -> socket.socket:
    """A listening socket on HOST and PORT; raises StartError with the way out."""
    host, number = config.HOST, config.PORT
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, number), family=family, backlog=2048)
    except PermissionError:
        reason = f"This user may not listen on port {number}: choose one above 1023, such as PORT=8080."
    except socket.gaierror:
        reason = f"HOST {host!r} is not an address of a network: use 127.0.0.1, or 0.0.0.0 for all."
    except OverflowError:
        reason = f"PORT {number} does not exist: choose one from 1 to 65535."
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            reason = f"Port {number} is in use by {listener(number)}: stop it, or choose another: PORT={number + 1}."
        else:
            reason = f"HOST {host!r} cannot be listened on ({error.strerror}): use 127.0.0.1, or 0.0.0.0 for all."
    raise StartError(reason)


def port(config: Config, *, is_ours: bool = False) -> Check:
    if is_ours:
        return Check("port", OK, f"Kontor answers at {config.base_url}")
    try:
        open_port(config).close()
    except StartError as error:
        return Check("port", FAIL, error.message)
    return Check("port", OK, f"{config.PORT} is free")
