"""Questions to the DNS whose answer may be "there is none", which is not the same as "nobody could say"."""

import dns.asyncresolver
import dns.exception
import dns.rdatatype
import dns.resolver

from services.executors.domain import Address, ExecutorError
from services.executors.resolver import nameservers, resolver_for


class Unknown(ExecutorError):
    """The DNS gave no usable answer: nothing can be said about the record."""


class Lookups:
    """Asks one resolver; every method raises `Unknown` when it did not answer."""

    def __init__(self, server: str | None) -> None:
        self._resolver = dns.asyncresolver.Resolver() if server is None else nameservers(server)
        self._addresses = resolver_for(server)

    async def records(self, name: str, kind: str) -> tuple[str, ...]:
        """Return the records of `kind` at exactly `name` in presentation form, empty when there are none."""
        answer = await self._ask(name, kind)
        return () if answer is None else tuple(record.to_text() for record in answer)

    async def texts(self, name: str) -> tuple[str, ...]:
        """Return the TXT records at `name`, the strings of each joined (RFC 7208 §3.3)."""
        answer = await self._ask(name, "TXT")
        if answer is None:
            return ()
        return tuple(b"".join(record.strings).decode("utf-8", "replace") for record in answer)

    async def addresses(self, name: str) -> tuple[Address, ...]:
        """Return the addresses of `name`, empty when there are none."""
        return await self._addresses(name.rstrip("."))

    async def dangling(self, name: str) -> str:
        """Return the name that does not exist at the end of `name`'s aliases, empty when all is well."""
        try:
            await self._resolver.resolve(name + ".", "A", raise_on_no_answer=False, search=False)
        except dns.resolver.NXDOMAIN as error:
            end = str(error.canonical_name).rstrip(".").lower()
            return "" if end == name else end
        except dns.exception.DNSException as error:
            raise Unknown(f"no answer about {name}") from error
        return ""

    async def _ask(self, name: str, kind: str) -> dns.resolver.Answer | None:
        try:
            answer = await self._resolver.resolve(name + ".", kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        except dns.exception.DNSException as error:
            raise Unknown(f"no answer about {name} {kind}") from error
        own = str(answer.canonical_name).rstrip(".").lower() == name.lower()
        return answer if own or kind == "TXT" else None
