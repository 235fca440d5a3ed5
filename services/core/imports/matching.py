"""Which registered target a report's asset is: by its host, address, or the block that holds it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from uuid import UUID

from services.core.findings.identity import normal_host
from services.core.targets.domain import Kind, Network, Target

_ORDER = (Kind.HOST, Kind.URL)


@dataclass
class Registered:
    """An organization's targets, to be found by what tools call them.

    Args:
        targets: Those that are registered.
    """

    targets: Iterable[Target]
    _hosts: dict[str, UUID] = field(default_factory=dict)
    _blocks: list[tuple[Network, UUID]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for target in sorted(self.targets, key=lambda one: (one.created_at, one.id)):
            network = target.address.network
            if target.address.kind is Kind.CIDR and network is not None:
                self._blocks.append((network, target.id))
        for kind in _ORDER:
            for target in sorted(self.targets, key=lambda one: (one.created_at, one.id)):
                if target.address.kind is kind:
                    self._hosts.setdefault(normal_host(target.address.host), target.id)
        # The smallest block says most.
        self._blocks.sort(key=lambda block: -block[0].prefixlen)
        self.find = lru_cache(maxsize=4096)(self._find)

    def _find(self, asset: str) -> UUID | None:
        """Returns the target of an asset: that of the same host before a URL there, before a block; None for none."""
        host = normal_host(asset)
        if host in self._hosts:
            return self._hosts[host]
        try:
            address = ip_address(host)
        except ValueError:
            return None
        return next((target for block, target in self._blocks if address in block), None)
