"""Looking for the proof of ownership where its owner was asked to publish it.

A block is proved by all of its addresses that answer over HTTP or HTTPS, at least by one: the first alone would let
whoever rents one machine have its neighbours tested. Every connection goes through the executors' scope guard.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_network
from itertools import islice

import dns.asyncresolver
import dns.exception
import dns.resolver

from services.core.targets import domain
from services.core.targets.addresses import Rules
from services.core.targets.domain import CHALLENGE_LABEL, CHALLENGE_PATH, Kind, Method, Target
from services.executors.domain import ExecutorError, Scope
from services.executors.engines.http.client import Client, Unanswered
from services.executors.guard import Guard
from services.executors.pace import Pace
from services.executors.resolver import nameservers, resolver_for
from services.executors.urls import Url, parse_url
from services.mesh.errors import Failure, Reason

_AT_ONCE = 128
_REQUESTS_PER_SECOND = 10.0
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class _Look:
    """What was seen at one place: whether anything answered, whether with the token, and in words."""

    answered: bool
    proved: bool
    words: str


@dataclass(frozen=True)
class Prover:
    """Looks for proofs.

    Args:
        rules: What the operator allows to connect to.
        resolver: `address:port` of the DNS server to ask; the system's where empty.
        ports: The ports of hosts and blocks to ask for the token, by scheme, the first first.
        seconds: How long one site may take to answer.
        seconds_in_all: How long to look; less than a call without a deadline has.
    """

    rules: Rules
    resolver: str = ""
    ports: tuple[tuple[str, int], ...] = (("https", 443), ("http", 80))
    seconds: float = 2.0
    seconds_in_all: float = 25.0

    async def prove(self, target: Target) -> None:
        """Returns if the proof is there.

        Raises:
            Failure: VERIFICATION_FAILED, with what was looked for and what was found.
        """
        try:
            async with asyncio.timeout(self.seconds_in_all):
                await self._look(target)
        except ExecutorError as error:
            raise _failed(str(error)) from error
        except TimeoutError as error:
            raise _failed(f"looking for the token at {target.address.text} took too long") from error

    async def _look(self, target: Target) -> None:
        if target.method is Method.DNS_TXT:
            await self._look_in_dns(target)
        elif target.address.kind is Kind.CIDR:
            await self._look_in_block(target)
        else:
            look = await self._look_at(self._guard(target), target, self._sites(target))
            if not look.proved:
                raise _failed(look.words)

    async def _look_in_dns(self, target: Target) -> None:
        name = f"{CHALLENGE_LABEL}.{target.address.host}"
        try:
            answer = await self._dns().resolve(f"{name}.", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer) as error:
            raise _failed(f"there is no TXT record at {name}") from error
        except dns.exception.DNSException as error:
            raise _failed(f"the TXT records at {name} can't be looked up: {type(error).__name__}") from error
        found = [b"".join(record.strings).decode(errors="replace") for record in answer]
        if not any(domain.matches(target, text) for text in found):
            shown = ", ".join(repr(text[:_SHOWN]) for text in found[:3])
            raise _failed(f"the TXT record at {name} should be {target.token!r}, it is {shown}")

    async def _look_in_block(self, target: Target) -> None:
        guard = self._guard(target)
        addresses = guard.block(target.address.text)
        proved = False
        while group := list(islice(addresses, _AT_ONCE)):
            sites = [self._on(str(address)) for address in group]
            looks = await asyncio.gather(*(self._look_at(guard, target, site) for site in sites))
            for look in looks:
                if look.answered and not look.proved:
                    raise _failed(look.words)
            proved = proved or any(look.proved for look in looks)
        if not proved:
            raise _failed(f"no address of {target.address.text} answers at {CHALLENGE_PATH}")

    async def _look_at(self, guard: Guard, target: Target, sites: Iterable[Url]) -> _Look:
        """Returns what the first site with the token has, or what all have if none has it."""
        looks: list[_Look] = []
        for site in sites:
            looks.append(await self._fetch(guard, target, site))
            if looks[-1].proved:
                return looks[-1]
        return _Look(any(look.answered for look in looks), proved=False, words="; ".join(look.words for look in looks))

    async def _fetch(self, guard: Guard, target: Target, url: Url) -> _Look:
        client = Client(guard, Pace(_REQUESTS_PER_SECOND), lambda _line: None, self.seconds)
        try:
            answer = (await client.follow(url))[-1]
        except Unanswered:
            return _Look(answered=False, proved=False, words=f"{url} doesn't answer")
        if answer.is_redirect:
            words = f"{url} leads to another site, where the token doesn't count"
        elif answer.status != 200:  # noqa: PLR2004 - RFC 9110 §15.3.1
            words = f"{url} answers {answer.status}"
        elif domain.matches(target, answer.body.decode(errors="replace")):
            return _Look(answered=True, proved=True, words="")
        else:
            words = f"{url} should be {target.token!r}, it is {answer.body[:_SHOWN].decode(errors='replace')!r}"
        return _Look(answered=True, proved=False, words=words)

    def _sites(self, target: Target) -> list[Url]:
        if target.address.kind is Kind.URL:
            url = parse_url(target.address.text)
            return [parse_url(url.origin + CHALLENGE_PATH)]
        return self._on(target.address.text)

    def _on(self, host: str) -> list[Url]:
        authority = f"[{host}]" if ":" in host else host
        return [parse_url(f"{scheme}://{authority}:{port}{CHALLENGE_PATH}") for scheme, port in self.ports]

    def _guard(self, target: Target) -> Guard:
        address = target.address
        scope = Scope(
            allowed=(ip_network(address.text),) if address.kind is Kind.CIDR else (),
            excluded=tuple(ip_network(text) for text in target.excluded),
            hosts=(address.text,) if address.kind is Kind.HOST else (),
            urls=(address.text,) if address.kind is Kind.URL else (),
            allow_loopback=self.rules.allow_loopback,
            allow_private=self.rules.allow_private,
        )
        return Guard(scope, resolver_for(self.resolver or None))

    def _dns(self) -> dns.asyncresolver.Resolver:
        return nameservers(self.resolver) if self.resolver else dns.asyncresolver.Resolver()


def _failed(words: str) -> Failure:
    return Failure(Reason.VERIFICATION_FAILED, f"Ownership couldn't be proved: {words}.")
