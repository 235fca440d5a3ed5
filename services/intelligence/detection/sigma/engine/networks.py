"""Which of many networks an address is in."""

from collections.abc import Sequence
from ipaddress import ip_address

from services.intelligence.detection.sigma.expressions import Within
from services.intelligence.detection.sigma.matching.tests import network_of

_FIRST = frozenset("0123456789abcdef:")


class Networks:
    """Networks, each with its number, looked up by their first bits."""

    def __init__(self, networks: Sequence[tuple[Within, int]]) -> None:
        self._known: dict[int, dict[int, dict[int, list[int]]]] = {4: {}, 6: {}}
        for test, number in networks:
            network = network_of(test.network)
            host = network.max_prefixlen - network.prefixlen
            first = int(network.network_address) >> host
            self._known[network.version].setdefault(host, {}).setdefault(first, []).append(number)

    def found(self, shown: str) -> list[int]:
        """The numbers of the networks that a text in lower case is an address in."""
        if shown[:1] not in _FIRST or not ("." in shown or ":" in shown):
            return []
        try:
            address = ip_address(shown)
        except ValueError:
            return []
        bits = int(address)
        return [
            number for host, known in self._known[address.version].items() for number in known.get(bits >> host, ())
        ]
