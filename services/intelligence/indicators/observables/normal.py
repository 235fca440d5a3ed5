"""The normal form of each kind."""

import re
from collections.abc import Callable, Mapping

from services.intelligence.indicators.observables import addresses, names, urls
from services.intelligence.indicators.observables.defanging import refang
from services.intelligence.indicators.observables.kinds import LONGEST, Kind, Observable, Refused

DIGITS: Mapping[Kind, int] = {
    Kind.MD5: 32, Kind.SHA1: 40, Kind.SHA256: 64, Kind.SHA512: 128, Kind.IMPHASH: 32
}  # fmt: skip
"""How many hexadecimal digits a hash of each kind has."""

_HEXADECIMAL = re.compile(r"[0-9a-f]+", re.ASCII)
_ASN = re.compile(r"(?:asn?\s{0,2})?([0-9]{1,10})", re.IGNORECASE | re.ASCII)
_HIGHEST_ASN = 2**32 - 1
_AROUND = re.compile(r"^[\s\\]+|[\s\\]+\Z")
_HIVES = {
    "hklm": "hkey_local_machine", "hkcu": "hkey_current_user", "hkcr": "hkey_classes_root", "hku": "hkey_users",
    "hkcc": "hkey_current_config",
}  # fmt: skip
_FANGED = frozenset({Kind.IPV4, Kind.IPV6, Kind.CIDR, Kind.DOMAIN, Kind.URL, Kind.EMAIL})


def normalize(kind: Kind, text: str) -> Observable:
    """Returns the observable of that kind that the text is, in its normal form; normalizing that changes nothing.

    Defanging is undone where reports defang. Raises Refused with the reason; takes time linear in the text's length,
    and refuses more than 8,192 characters.
    """
    if len(text) > LONGEST:
        raise Refused(f"is longer than {LONGEST} characters")
    text = refang(text) if kind in _FANGED else text.strip()
    if not text:
        raise Refused("is empty")
    if "\x00" in text:
        raise Refused("has a NUL character")
    return _FORMS[kind](text)


def file_name(path: str) -> str:
    """Returns the last part of a path of Windows or Unix, in lower case."""
    return path.replace("\\", "/").rstrip("/").rpartition("/")[2].lower()


def file_path(path: str) -> str:
    """Returns a path in lower case with `/` between its parts: Windows tells neither apart."""
    return path.replace("\\", "/").lower()


def registry_key(text: str) -> str:
    """Returns a key of Windows's registry in lower case, its hive's short name written out."""
    hive, slash, rest = _AROUND.sub("", text.lower().replace("/", "\\")).partition("\\")
    return _HIVES.get(hive, hive) + slash + rest


def hexadecimal(kind: Kind, text: str) -> Observable:
    """Returns the hash that the text is, in lower case; raises Refused where length or digits are wrong."""
    value = text.lower()
    if not _HEXADECIMAL.fullmatch(value) or len(value) != DIGITS[kind]:
        raise Refused(f"is not {DIGITS[kind]} hexadecimal digits")
    return Observable(kind, value)


def _of_family(kind: Kind) -> Callable[[str], Observable]:
    def form(text: str) -> Observable:
        found = addresses.address(text)
        # A mapped address says IPv6 and means IPv4: it is what it means.
        if found.kind is not kind and kind is Kind.IPV4:
            raise Refused("is no IPv4 address")
        if found.kind is not kind and ":" not in text:
            raise Refused("is no IPv6 address")
        return found

    return form


def _hash(kind: Kind) -> Callable[[str], Observable]:
    return lambda text: hexadecimal(kind, text)


def _text(kind: Kind, form: Callable[[str], str]) -> Callable[[str], Observable]:
    def made(text: str) -> Observable:
        if not (value := form(text).strip()):
            raise Refused(f"has no {kind.value}")
        return Observable(kind, value)

    return made


def _asn(text: str) -> Observable:
    found = _ASN.fullmatch(text)
    if not found or int(found[1]) > _HIGHEST_ASN:
        raise Refused("is no number of an autonomous system")
    return Observable(Kind.ASN, f"AS{int(found[1])}")


_FORMS: Mapping[Kind, Callable[[str], Observable]] = {
    Kind.IPV4: _of_family(Kind.IPV4),
    Kind.IPV6: _of_family(Kind.IPV6),
    Kind.CIDR: addresses.network,
    Kind.DOMAIN: names.domain,
    Kind.URL: urls.url,
    Kind.EMAIL: names.email,
    **{kind: _hash(kind) for kind in DIGITS},
    Kind.FILE_NAME: _text(Kind.FILE_NAME, file_name),
    Kind.FILE_PATH: _text(Kind.FILE_PATH, file_path),
    Kind.REGISTRY_KEY: _text(Kind.REGISTRY_KEY, registry_key),
    Kind.MUTEX: _text(Kind.MUTEX, str),
    Kind.USER_AGENT: _text(Kind.USER_AGENT, str),
    Kind.ASN: _asn,
}
