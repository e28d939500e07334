"""Files by content hash: written once, never changed, on disk or in an S3 bucket."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import boto3
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError, ClientError
from sqlalchemy import select

from app.core.actor import Actor
from app.core.db import db
from app.core.errors import NotFound, Unavailable
from app.core.models import StoredFile
from app.core.texts import N_

_CHUNK = 1 << 20


class Store(Protocol):
    """Bytes under their SHA-256 in hexadecimal."""

    def put(self, sha256: str, data: bytes | Path) -> None: ...

    def open(self, sha256: str) -> BinaryIO: ...

    def remove(self, sha256: str) -> None:
        """Bytes that are not there are removed already."""

    def check(self) -> None:
        """Raise Unavailable unless the store can be written to."""


class DiskStore:
    """A folder with two levels of sub-folders by hash prefix."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def put(self, sha256: str, data: bytes | Path) -> None:
        path = self._path(sha256)
        if path.exists():
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as target:
                    for chunk in _chunks(data):
                        target.write(chunk)
                    target.flush()
                    os.fsync(target.fileno())
                Path(name).replace(path)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            raise Unavailable(
                N_("The file could not be stored ({reason}). Free disk space or check the storage folder.",
                   reason=error.strerror or str(error))
            ) from error  # fmt: skip

    def open(self, sha256: str) -> BinaryIO:
        try:
            return self._path(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound(N_("The stored file is missing.")) from None

    def remove(self, sha256: str) -> None:
        try:
            self._path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise Unavailable(
                N_("The file could not be removed ({reason}).", reason=error.strerror or str(error))
            ) from error

    def check(self) -> None:
        data = b"kontor"
        self.put(hashlib.sha256(data).hexdigest(), data)


class S3Store:
    """A bucket of any S3-compatible service: s3://bucket/prefix?endpoint=...&region=...; keys from the environment."""

    def __init__(self, bucket: str, prefix: str, *, endpoint: str | None, region: str | None) -> None:
        self._bucket, self._prefix = bucket, prefix
        options = BotoConfig(connect_timeout=5, read_timeout=60, retries={"max_attempts": 4, "mode": "standard"})
        self._client: Any = boto3.client("s3", endpoint_url=endpoint, region_name=region, config=options)

    def _key(self, sha256: str) -> str:
        return "/".join(part for part in (self._prefix, sha256[:2], sha256) if part)

    def put(self, sha256: str, data: bytes | Path) -> None:
        try:
            if isinstance(data, Path):
                self._client.upload_file(str(data), self._bucket, self._key(sha256))
            else:
                self._client.put_object(Bucket=self._bucket, Key=self._key(sha256), Body=data)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(N_("The file storage does not answer: {reason}", reason=str(error))) from error

    def open(self, sha256: str) -> BinaryIO:
        try:
            body: BinaryIO = self._client.get_object(Bucket=self._bucket, Key=self._key(sha256))["Body"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in ("NoSuchKey", "404"):
                raise NotFound(N_("The stored file is missing.")) from None
            raise Unavailable(N_("The file storage does not answer: {reason}", reason=str(error))) from error
        except BotoCoreError as error:
            raise Unavailable(N_("The file storage does not answer: {reason}", reason=str(error))) from error
        return body

    def remove(self, sha256: str) -> None:
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._key(sha256))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(N_("The file storage does not answer: {reason}", reason=str(error))) from error

    def check(self) -> None:
        data = b"kontor"
        self.put(hashlib.sha256(data).hexdigest(), data)


def open_store(url: str) -> Store:
    """The store of a STORAGE_URL: file:///folder or s3://bucket/prefix?endpoint=https://...&region=..."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return DiskStore(Path(unquote(parts.path)))
    if parts.scheme == "s3":
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        return S3Store(parts.netloc, parts.path.strip("/"), endpoint=query.get("endpoint"), region=query.get("region"))
    raise ValueError(f"STORAGE_URL must start with file:// or s3://, not {parts.scheme}://")


_store: Store | None = None


def use_store(store: Store) -> None:
    global _store  # noqa: PLW0603 -- one store a process, chosen at start
    _store = store


def store() -> Store:
    if _store is None:
        raise RuntimeError("no file storage: create_app() has not run")
    return _store


def _chunks(data: bytes | Path) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    with data.open("rb") as source:
        while chunk := source.read(_CHUNK):
            yield chunk


def digest(data: bytes | Path) -> str:
    """SHA-256 in hexadecimal."""
    total = hashlib.sha256()
    for chunk in _chunks(data):
        total.update(chunk)
    return total.hexdigest()


def keep(actor: Actor, data: bytes | Path, *, name: str, media_type: str, company_id: int | None = None) -> StoredFile:
    """Store bytes (or the file at a path) and note them as a file of a company, by default the actor's.

    The bytes are safe before the row exists, so a crash leaves at most bytes without a row. Call inside a command.
    """
    sha256 = digest(data)
    store().put(sha256, data)
    file = StoredFile(
        company_id=actor.company_id if company_id is None else company_id,
        sha256=sha256,
        size=len(data) if isinstance(data, bytes) else data.stat().st_size,
        media_type=media_type,
        name=name[-255:],
    )
    db.session.add(file)
    db.session.flush()
    return file


def find(actor: Actor, file_id: int) -> StoredFile:
    """The row of a file the actor may see; NotFound otherwise."""
    statement = select(StoredFile).where(StoredFile.id == file_id)
    if not actor.is_operator:
        statement = statement.where(StoredFile.company_id == actor.company_id)
    file = db.session.scalar(statement)
    if file is None:
        raise NotFound
    return file


def load(file: StoredFile) -> bytes:
    """The bytes of a file."""
    with store().open(file.sha256) as source:
        return source.read()


def matches(sha256: str) -> bool:
    """Whether the bytes are there and are still those of their hash."""
    total = hashlib.sha256()
    try:
        with store().open(sha256) as source:
            while chunk := source.read(_CHUNK):
                total.update(chunk)
    except NotFound:
        return False
    return total.hexdigest() == sha256


def open_file(file: StoredFile) -> BinaryIO:
    """The bytes of a file as a stream; the caller closes it."""
    return store().open(file.sha256)
