"""Networks that contain an address: a table for each length of prefix, tried only where the first octets say so.

Of all prefixes the first two octets (IPv4) or four (IPv6) tell which lengths occur below them, mostly none or one, so
that an address costs one look-up and then one for each length. Unlike most tries it finds every network that
contains the address and not only the longest, and changes in place.
"""

from collections.abc import Iterator
from ipaddress import ip_network

from services.intelligence.indicators.matching.values import Identifier, Values, named

_HEAD_OCTETS = {4: 2, 16: 4}


class Networks:
    """The networks of one family: `octets` is 4 for IPv4, 16 for IPv6."""

    def __init__(self, octets: int) -> None:
        self._bits = octets * 8
        self._head = _HEAD_OCTETS[octets]
        self._tables: dict[int, Values[int]] = {}
        self._below: dict[bytes, tuple[int, ...]] = {}
        self._wide: tuple[int, ...] = ()
        self._combinations: dict[tuple[int, ...], tuple[int, ...]] = {}

    def __len__(self) -> int:
        return sum(len(table) for table in self._tables.values())

    def add(self, network: str, indicator: Identifier) -> bool:
        """Adds a network in CIDR notation; returns whether the indicator didn't name it yet."""
        head, shift, prefix = self._parsed(network)
        table = self._tables.setdefault(shift, Values())
        if shift > self._bits - self._head * 8:
            self._wide = self._with(self._wide, shift)
        else:
            self._below[head] = self._with(self._below.get(head, ()), shift)
        return table.add(prefix, indicator)

    def remove(self, network: str, indicator: Identifier) -> bool:
        """Takes back what `add` did; returns whether the indicator named the network."""
        _, shift, prefix = self._parsed(network)
        table = self._tables.get(shift)
        return table is not None and table.remove(prefix, indicator)

    def near(self, address: bytes) -> bool:
        """Returns whether any network might contain the address."""
        return bool(self._wide) or address[: self._head] in self._below

    def containing(self, address: bytes) -> Iterator[tuple[Identifier, str]]:
        """Yields the indicators of all networks that contain the address, and each network in CIDR notation."""
        shifts = self._below.get(address[: self._head], ()) + self._wide
        if not shifts:
            return
        number = int.from_bytes(address)
        for shift in shifts:
            prefix = number >> shift
            for indicator in named(self._tables[shift].get(prefix)):
                network = ip_network(((prefix << shift).to_bytes(len(address)), self._bits - shift))
                yield indicator, str(network)

    def _parsed(self, network: str) -> tuple[bytes, int, int]:
        parsed = ip_network(network)
        packed = parsed.network_address.packed
        shift = self._bits - parsed.prefixlen
        return packed[: self._head], shift, int.from_bytes(packed) >> shift

    def _with(self, shifts: tuple[int, ...], shift: int) -> tuple[int, ...]:
        if shift in shifts:
            return shifts
        longer = tuple(sorted((*shifts, shift)))
        return self._combinations.setdefault(longer, longer)
