"""How what an event shows is looked up: by what its field holds, whatever way the event spells it."""

from collections.abc import Callable, Iterable, Iterator

from services.intelligence.indicators.matching.fields import KIND_OF_TEXT, Holds
from services.intelligence.indicators.matching.sets import Reason, Sets
from services.intelligence.indicators.observables import Kind, Observable, Refused, normalize
from services.intelligence.indicators.observables.addresses import packed
from services.intelligence.indicators.observables.kinds import LONGEST
from services.intelligence.indicators.observables.names import host
from services.intelligence.indicators.observables.normal import file_name, file_path
from services.intelligence.indicators.observables.urls import split

Probe = Callable[[str], tuple[Reason, ...]]

_HASH_OCTETS = {16: "md5", 20: "sha1", 32: "sha256", 64: "sha512"}
_REMEMBERED = 16_384
_LONGEST_HOST = 262  # a name of 253 characters, its dot, and a port


class Remembering(dict[str, tuple[Reason, ...]]):
    """What values lead to: the latest 16,384 at most, of 262 characters at most, since events repeat themselves."""

    def __init__(self, probe: Probe) -> None:
        super().__init__()
        self._probe = probe

    def __missing__(self, value: str) -> tuple[Reason, ...]:
        found = self._probe(value)
        if len(value) <= _LONGEST_HOST:
            if len(self) >= _REMEMBERED:
                self.clear()
            self[value] = found
        return found


class Probes:
    """A look-up for each thing that a field may hold."""

    def __init__(self, sets: Sets) -> None:
        self._sets = sets
        texts = {holds: self._normal(kind) for holds, kind in KIND_OF_TEXT.items()}
        self.by_holding: dict[Holds, Probe] = {
            Holds.ADDRESS: self._address,
            Holds.HOST: self._host,
            Holds.URL: self._url,
            Holds.HASH: self._hash,
            Holds.IMPHASH: self._normal(Kind.IMPHASH),
            Holds.HASHES: self._hashes,
            Holds.PATH: self._path,
            **texts,
        }

    def _address(self, value: str) -> tuple[Reason, ...]:
        octets = packed(value)
        if octets is None or not self._sets.knows(octets):
            return ()
        return tuple(self._sets.of_address(octets))

    def _host(self, value: str) -> tuple[Reason, ...]:
        if len(value) > _LONGEST_HOST:
            return ()
        if (octets := packed(value)) is not None:
            return tuple(self._sets.of_address(octets))
        name, colon, port = value.partition(":")
        if colon and not port.isdigit():
            return ()
        return tuple(self._named(name))

    def _named(self, name: str) -> Iterable[Reason]:
        if (octets := packed(name)) is not None:
            return self._sets.of_address(octets)
        if not name.isascii():
            try:
                name = host(name)
            except Refused:
                return ()
        return self._sets.of_domain(name.lower().removesuffix("."))

    def _url(self, value: str) -> tuple[Reason, ...]:
        try:
            normal, name = split(value)
        except Refused:
            return ()
        return tuple(self._of_url(normal, name))

    def _of_url(self, normal: str, name: str) -> Iterator[Reason]:
        yield from self._sets.of_text(Observable(Kind.URL, normal))
        for indicator, why in self._named(name):
            yield indicator, f"its host {why}"

    def _hash(self, value: str) -> tuple[Reason, ...]:
        try:
            octets = bytes.fromhex(value)
        except ValueError:
            return ()
        if self._sets.hashes.get(octets) is None:
            return ()
        return tuple((each, f"is the {_HASH_OCTETS[len(octets)]}") for each in self._sets.hashes.all(octets))

    def _hashes(self, value: str) -> tuple[Reason, ...]:
        found: list[Reason] = []
        for part in value[:LONGEST].split(","):
            name, _, digits = part.strip().partition("=")
            probe = Holds.IMPHASH if name.upper() == "IMPHASH" else Holds.HASH
            found.extend(self.by_holding[probe](digits))
        return tuple(found)

    def _path(self, value: str) -> tuple[Reason, ...]:
        paths, names = self._sets.texts[Kind.FILE_PATH], self._sets.texts[Kind.FILE_NAME]
        if not paths and not names:
            return ()
        value = value[:LONGEST]
        return (
            *self._sets.of_text(Observable(Kind.FILE_PATH, file_path(value))),
            *self._sets.of_text(Observable(Kind.FILE_NAME, file_name(value))),
        )

    def _normal(self, kind: Kind) -> Probe:
        values = self._sets.texts[kind]

        def probe(value: str) -> tuple[Reason, ...]:
            if not values:
                return ()
            try:
                return tuple(self._sets.of_text(normalize(kind, value)))
            except Refused:
                return ()

        return probe
