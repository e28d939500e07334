"""Which machines a connection that somebody else's settings name may reach: all of the internet, and the own networks listed.

A name is looked up once and the connection goes to the address that was checked, so that a name which changes its
address between the check and the connection leads nowhere else.
"""

from __future__ import annotations

import ipaddress
import socket

from app.core.errors import Invalid, Unavailable
from app.core.settings import settings
from app.core.texts import N_

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def networks(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """The networks of a list with commas; ValueError for what is none."""
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def is_own(address: Address) -> bool:
    """Whether it lies in one of the networks of PRIVATE_NETWORKS."""
    return any(
        address in network for network in networks(settings().PRIVATE_NETWORKS) if network.version == address.version
    )


def may_reach(address: Address) -> bool:
    """Whether a connection there is allowed."""
    plain = getattr(address, "ipv4_mapped", None) or address
    return is_own(plain) or (plain.is_global and not plain.is_multicast)


def find(host: str, port: int) -> list[Address]:
    """The addresses of a host that may be reached. Unavailable: no such name now. Invalid: it is not allowed."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unavailable(N_("The host {host} is not known.", host=host)) from error
    addresses = list(dict.fromkeys(ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found))
    allowed = [address for address in addresses if may_reach(address)]
    if not allowed:
        raise Invalid(
            "address",
            N_(
                "{host} is an address of a private network ({address}). "
                "Whoever runs Kontor may allow it in the setting PRIVATE_NETWORKS.",
                host=host,
                address=str(addresses[0]) if addresses else "",
            ),
        )
    return allowed


def connect(host: str, port: int, *, timeout: int, own_only: bool = False) -> socket.socket:
    """A connection to the first allowed address that answers; `own_only` for ways without encryption."""
    trouble: OSError | None = None
    found = find(host, port)
    if own_only and not all(is_own(address) for address in found):
        raise Invalid("address", N_("{host} is not in an own network: it needs an encrypted connection.", host=host))
    for address in found:
        try:
            return socket.create_connection((str(address), port), timeout=timeout)
        except OSError as error:
            trouble = error
    raise Unavailable(
        N_("{host}:{port} does not answer: {reason}", host=host, port=port, reason=_said(trouble))
    ) from trouble


def _said(error: OSError | None) -> str:
    return (error.strerror or str(error)) if error is not None else ""
