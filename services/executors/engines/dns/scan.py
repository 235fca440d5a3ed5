"""The DNS assessment of one verified name. What belongs to a zone is asked only of the name that heads it."""

import json
from collections.abc import Awaitable, Callable

from services.executors.domain import Kind, OutOfScope, Task
from services.executors.engine import Reporter
from services.executors.engines.dns.checks import CHECKS
from services.executors.engines.dns.lookups import Lookups, Unknown
from services.executors.engines.dns.mail import judge_dmarc, judge_spf
from services.executors.engines.dns.transfer import transfers
from services.executors.guard import Guard
from services.executors.pace import Pace
from services.executors.targets import guard_for, host_of
from services.executors.urls import parse_url

DNS_PORT = 53
"""Where name servers listen, RFC 1035 §4.2."""

_MAX_WALK = 8


async def run(task: Task, reporter: Reporter, port: int = DNS_PORT) -> None:
    """Report what is wrong with a target's name; an address has none. `port` is where name servers listen."""
    host = host_of(task)
    if not isinstance(host, str):
        reporter.progress(1, 1, "an address has no domain to look at")
        return
    guard = guard_for(task)
    guard.check(host, parse_url(task.target).port if task.kind is Kind.URL else 0)
    pace = Pace(task.limits.requests_per_second)
    await _Assessment(host, Lookups(task.resolver), guard, pace, reporter, port).run()


class _Assessment:
    def __init__(self, name: str, lookups: Lookups, guard: Guard, pace: Pace, reporter: Reporter, port: int) -> None:
        self._name = name
        self._lookups = lookups
        self._guard = guard
        self._pace = pace
        self._reporter = reporter
        self._port = port

    async def run(self) -> None:
        steps: tuple[Callable[[], Awaitable[None]], ...] = (
            self._alias,
            self._mail,
            self._signatures,
            self._transfer,
        )
        known = True
        for number, step in enumerate(steps):
            self._reporter.progress(number, len(steps), f"asking about {self._name}")
            await self._pace.turn()
            try:
                await step()
            except Unknown as unknown:
                self._note("unknown", str(unknown))
                known = False
        self._reporter.progress(len(steps), len(steps), f"{self._name} looked at")
        if known:
            self._reporter.answered()

    async def _alias(self) -> None:
        end = await self._lookups.dangling(self._name)
        if end:
            self._observe("dangling-cname", f"{self._name} leads to {end}, which does not exist")

    async def _mail(self) -> None:
        """Judge mail policies of a zone's head, and of a name below it that receives mail."""
        heads = await self._heads_zone()
        if not heads and not await self._lookups.records(self._name, "MX"):
            return
        texts = await self._lookups.texts(self._name)
        own = await self._lookups.texts(f"_dmarc.{self._name}")
        inherited = () if heads else await self._inherited()
        for check, evidence in (*judge_spf(texts), *judge_dmarc(own, inherited)):
            self._observe(check, evidence)

    async def _inherited(self) -> tuple[str, ...]:
        """Return the texts of the nearest name above that has a policy, as the tree walk of DMARC finds it."""
        labels = self._name.split(".")
        for depth in range(1, min(len(labels) - 1, _MAX_WALK)):
            texts = await self._lookups.texts("_dmarc." + ".".join(labels[depth:]))
            if any(text.startswith("v=DMARC1") for text in texts):
                return texts
        return ()

    async def _signatures(self) -> None:
        if not await self._heads_zone():
            return
        keys = await self._lookups.records(self._name, "DNSKEY")
        signers = await self._lookups.records(self._name, "DS")
        if not keys or not signers:
            self._observe("missing-dnssec", f"{len(keys)} DNSKEY and {len(signers)} DS records")

    async def _transfer(self) -> None:
        """Ask the name servers for the zone, those in scope only."""
        if not await self._heads_zone():
            return
        for server in await self._lookups.records(self._name, "NS"):
            for address in await self._lookups.addresses(server):
                try:
                    records = await transfers(self._guard, address, self._port, self._name)
                except OutOfScope as refused:
                    self._note("not asked", f"{server} {refused}")
                    continue
                if records:
                    self._observe("zone-transfer", f"{server} ({address}) began with {records} records")

    async def _heads_zone(self) -> bool:
        return bool(await self._lookups.records(self._name, "SOA"))

    def _observe(self, check: str, evidence: str) -> None:
        self._reporter.observe(CHECKS[check].at(self._name, self._name, evidence))

    def _note(self, word: str, text: str) -> None:
        self._reporter.raw(json.dumps({word: text}).encode() + b"\n", "application/jsonl")
