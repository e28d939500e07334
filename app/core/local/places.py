"""Where things lie and who may reach them: accounts, private folders, locks, free space."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.core.local.errors import StartError, explained

ROOT = Path(__file__).resolve().parents[3]
"""The folder of the project: config.py, migrations/, app/."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system."""

    uid: int
    gid: int
    name: str

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()


def account(uid: int) -> Account:
    """The account with a number; PostgreSQL needs one with a name."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise StartError(
            f"The user number {uid} has no name on this machine: PostgreSQL needs one, add it to /etc/passwd."
        ) from None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def unprivileged() -> Account:
    """The account that runs a server for root."""
    try:
        return account(pwd.getpwnam("nobody").pw_uid)
    except KeyError:
        raise StartError("This machine has no user nobody: run Kontor as an ordinary user.") from None


def may_pass(who: Account, folder: Path) -> bool:
    """Whether the account can walk down to a folder, judged by owner, group and mode of each folder on the way."""
    folder = folder.resolve()
    return all(_allows(who, step.stat(), 1) for step in (folder, *folder.parents))


def may_read(who: Account, file: Path) -> bool:
    return may_pass(who, file.parent) and _allows(who, file.stat(), 4)


def _allows(who: Account, found: os.stat_result, bit: int) -> bool:
    if found.st_uid == who.uid:
        return bool(found.st_mode & bit << 6)
    if found.st_gid == who.gid:
        return bool(found.st_mode & bit << 3)
    return bool(found.st_mode & bit)


def make_instance(folder: Path) -> None:
    """Make the instance directory; servers of another account must be able to pass through it."""
    with explained(folder):
        try:
            folder.mkdir(parents=True)
            folder.chmod(0o711)
        except FileExistsError:
            if not folder.is_dir():
                raise


def private_dir(path: Path, owner: Account) -> None:
    """Make a folder only its owner can enter; refuse one that somebody else has put there."""
    with explained(path.parent):
        try:
            path.mkdir(mode=0o700)
            if not owner.is_me:
                os.chown(path, owner.uid, owner.gid)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.uid:
                raise StartError(
                    f"{path} belongs to somebody else: run as its owner, or remove it when nothing uses it."
                ) from None
            if found.st_mode & 0o077:
                path.chmod(0o700)


def free_bytes(folder: Path) -> int:
    """Free space on the disk that holds a folder, which need not exist yet."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


@contextmanager
def locked(path: Path, *, shared: bool = False, wait: bool = True) -> Iterator[bool]:
    """Hold a lock the kernel drops when this process ends in any way; yields False when `wait` is off and it is taken."""
    with explained(path.parent), path.open("a+") as handle:
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(handle, kind if wait else kind | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
