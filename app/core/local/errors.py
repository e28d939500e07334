"""What keeps Kontor from starting, in one sentence that says what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click


class StartError(click.ClickException):
    """A start that cannot go on; the message is one sentence for the person at the terminal."""


def no_space(folder: Path) -> StartError:
    return StartError(f"The disk that holds {folder} is full: free some space and start again.")


@contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn the operating system's refusals to write into `folder` into sentences."""
    try:
        yield
    except OSError as error:
        path = error.filename or folder
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise no_space(folder) from error
        if error.errno in (errno.EACCES, errno.EPERM):
            raise StartError(
                f"This user may not use {path}: run as the user who owns it, or set KONTOR_INSTANCE to another folder."
            ) from error
        if error.errno == errno.EROFS:
            raise StartError(f"{path} is on a read-only disk: set KONTOR_INSTANCE to a folder elsewhere.") from error
        raise StartError(f"{path} cannot be used ({error.strerror or error}).") from error
