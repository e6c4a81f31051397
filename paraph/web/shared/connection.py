"""What the web saw of a connection, and who says so (security.md line 34)."""

from __future__ import annotations

import ipaddress
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

SOCKET, PROXY = "socket peer", "trusted proxy"
AGENT_CHARS = 400
# Who says so, in words.
SOURCES: dict[str, Any] = {SOCKET: _("as the server saw it"), PROXY: _("as our proxy says")}
# The smallest IPv6 network a customer of a provider gets (RFC 6177): they choose among 2^64 addresses.
OWN_BITS = 64
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What a proxy adds, even one that was set up in a hurry.
FORWARDING = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REAL_IP",
    "HTTP_FORWARDED",
    "HTTP_VIA",
)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def seen(request: HttpRequest) -> tuple[str, str, str]:
    """Return address, its source ("socket peer", "trusted proxy" or "" when unknown) and the user agent.

    X-Forwarded-For is believed only when the socket's peer is one of PARAPH_PROXIES; then the rightmost hop that is
    no such proxy is the client. A hop that is no address ends the belief: the peer is all that is known.
    """
    agent = request.headers.get("User-Agent", "")[:AGENT_CHARS]
    peer = _plain(request.META.get("REMOTE_ADDR", ""))
    if not peer:
        return "", "", agent
    told = _told(request.META.get("HTTP_X_FORWARDED_FOR", "")) if _is_proxy(peer) else ""
    return (told, PROXY, agent) if told else (peer, SOCKET, agent)


def caller(request: HttpRequest) -> str:
    """Whom a limit counts: the address, and of IPv6 its network of 64 bits, for everybody has one to themselves."""
    address = seen(request)[0]
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address.partition('%')[0]}/{OWN_BITS}", strict=False))


def from_proxy(request: HttpRequest) -> bool:
    """Whether the socket's peer is one of PARAPH_PROXIES: only then its headers are more than a client's word."""
    peer = _plain(request.META.get("REMOTE_ADDR", ""))
    return bool(peer) and _is_proxy(peer)


def is_local(request: HttpRequest) -> bool:
    """Whether a program on this machine asks for itself.

    A proxy on this machine asks for others from the same address: it passes their Host on, or says that it forwards.
    """
    peer = _plain(request.META.get("REMOTE_ADDR", ""))
    try:
        host = urlsplit(f"//{request.META.get('HTTP_HOST', '')}").hostname
    except ValueError:
        return False  # no host at all: "[::1", "a]b"
    forwarded = any(name in request.META for name in FORWARDING)
    return bool(peer) and ipaddress.ip_address(peer).is_loopback and host in LOOPBACK and not forwarded


def _told(header: str) -> str:
    for hop in reversed(header.split(",")):
        address = _plain(hop.strip())
        if not address or not _is_proxy(address):
            return address
    return ""


def _plain(text: str) -> str:
    """An address in its one spelling, IPv4 in IPv6 unwrapped; "" for anything else."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(address)


def _is_proxy(address: str) -> bool:
    found = ipaddress.ip_address(address)
    return any(found in network for network in _networks(tuple(settings.PARAPH_PROXIES)))


@cache
def _networks(names: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)
