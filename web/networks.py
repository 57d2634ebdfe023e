"""Where a form came from, as far as a burst of sign-ups can be told by it: never the address itself (threats T10)."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address, ip_network

from fastapi import Request

from campaign_engine.domain.schedule import to_wall
from web.signup_parts import SignupParts

IPV6_BITS = 48
"""What one customer of a provider may get, free of charge even: below it whoever wants to has thousands of networks."""

MOST_AT_ONCE = 2_500
REFILLED_IN = 5_000.0
"""Sign-ups of one network in so many seconds, outside a window: a school behind one NAT passes at once, and whoever
goes on and on is slowed down to one in two seconds.
"""

MOST_NETWORKS = 10_000


def origin(parts: SignupParts, request: Request) -> str:
    """A keyed hash of network and day, which leads neither to the address nor to another day."""
    host = request.client.host if request.client is not None else ""
    day = to_wall(parts.clock()).date()
    return parts.seal(f"origin:{day.isoformat()}:{network(host)}")


def network(host: str) -> str:
    """The part of an address that its owner cannot change at will; an IPv4 address stays what it is, also where a
    server that listens to both writes it as one of IPv6.
    """
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv4Address):
        return str(address)
    return str(address.ipv4_mapped or ip_network((address, IPV6_BITS), strict=False))


class Rates:
    """How many sign-ups of one network may begin, in memory of one process; a leaky bucket for each."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._full: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allow(self, source: str) -> bool:
        """Counts one more, unless there are too many."""
        now = self._monotonic()
        level, at = self._full.pop(source, (0.0, now))
        level = max(0.0, level - (now - at) * MOST_AT_ONCE / REFILLED_IN)
        allowed = level + 1 <= MOST_AT_ONCE
        self._full[source] = (level + 1 if allowed else level, now)
        if len(self._full) > MOST_NETWORKS:
            self._full.popitem(last=False)
        return allowed
