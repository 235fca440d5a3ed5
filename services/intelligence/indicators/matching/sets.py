"""The sets that values are looked up in, by kind of observable."""

from collections.abc import Iterator

from services.intelligence.indicators.matching.networks import Networks
from services.intelligence.indicators.matching.values import Identifier, Values, named
from services.intelligence.indicators.observables import Kind, Observable
from services.intelligence.indicators.observables.addresses import packed

Reason = tuple[Identifier, str]
"""An indicator, and why it matches."""

HASHES = frozenset({Kind.MD5, Kind.SHA1, Kind.SHA256, Kind.SHA512})


class Sets:
    """All indicators, sorted by what they name. Addresses and hashes are kept as octets: half the memory of text."""

    def __init__(self) -> None:
        self.addresses: Values[bytes] = Values()
        self.networks = {4: Networks(4), 16: Networks(16)}
        self.domains: Values[str] = Values()
        self.hashes: Values[bytes] = Values()
        self.texts: dict[Kind, Values[str]] = {
            kind: Values() for kind in Kind if kind not in HASHES | {Kind.IPV4, Kind.IPV6, Kind.CIDR, Kind.DOMAIN}
        }

    def __len__(self) -> int:
        octets = len(self.addresses) + len(self.hashes) + sum(len(networks) for networks in self.networks.values())
        return octets + len(self.domains) + sum(len(values) for values in self.texts.values())

    def add(self, observable: Observable, indicator: Identifier) -> bool:
        """Lets the indicator name the observable, which is in its normal form; returns whether it didn't."""
        if observable.kind is Kind.CIDR:
            return self._family(observable.value).add(observable.value, indicator)
        octets = self._octets(observable)
        if octets is not None:
            return octets[0].add(octets[1], indicator)
        return self._named(observable.kind).add(observable.value, indicator)

    def remove(self, observable: Observable, indicator: Identifier) -> bool:
        """Takes back what `add` did; returns whether the indicator named the observable."""
        if observable.kind is Kind.CIDR:
            return self._family(observable.value).remove(observable.value, indicator)
        octets = self._octets(observable)
        if octets is not None:
            return octets[0].remove(octets[1], indicator)
        return self._named(observable.kind).remove(observable.value, indicator)

    def knows(self, octets: bytes) -> bool:
        """Returns whether `of_address` might yield anything: quicker to ask, as nearly always it doesn't."""
        return octets in self.addresses or self.networks[len(octets)].near(octets)

    def of_address(self, octets: bytes) -> Iterator[Reason]:
        """Yields what names an address, and what names a network that contains it."""
        for indicator in named(self.addresses.get(octets)):
            yield indicator, "is the address"
        for indicator, network in self.networks[len(octets)].containing(octets):
            yield indicator, f"is in the network {network}"

    def of_domain(self, name: str) -> Iterator[Reason]:
        """Yields what names a domain or one that it is under: label by label, so that no part of a label matches."""
        for indicator in named(self.domains.get(name)):
            yield indicator, "is the domain"
        get, dot = self.domains.get, name.find(".")
        while dot >= 0:
            above = name[dot + 1 :]
            if (held := get(above)) is not None:
                for indicator in named(held):
                    yield indicator, f"is under the domain {above}"
            dot = name.find(".", dot + 1)

    def of_text(self, observable: Observable) -> Iterator[Reason]:
        """Yields what names an observable that is compared as text."""
        for indicator in named(self.texts[observable.kind].get(observable.value)):
            yield indicator, f"is the {observable.kind.value}"

    def _family(self, network: str) -> Networks:
        return self.networks[16 if ":" in network else 4]

    def _octets(self, observable: Observable) -> tuple[Values[bytes], bytes] | None:
        if observable.kind in HASHES:
            return self.hashes, bytes.fromhex(observable.value)
        if observable.kind in {Kind.IPV4, Kind.IPV6} and (octets := packed(observable.value)) is not None:
            return self.addresses, octets
        return None

    def _named(self, kind: Kind) -> Values[str]:
        return self.domains if kind is Kind.DOMAIN else self.texts[kind]
