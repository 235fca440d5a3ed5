"""Tells what kind of observable a plain line is."""

import re

from services.intelligence.indicators.observables.addresses import packed
from services.intelligence.indicators.observables.defanging import refang
from services.intelligence.indicators.observables.kinds import Kind, Observable, Refused
from services.intelligence.indicators.observables.normal import DIGITS, normalize

_BY_DIGITS = {digits: kind for kind, digits in DIGITS.items() if kind is not Kind.IMPHASH}
_HEXADECIMAL = re.compile(r"[0-9a-f]+", re.IGNORECASE | re.ASCII)
_ASN = re.compile(r"asn?\s{0,2}[0-9]{1,10}", re.IGNORECASE | re.ASCII)
_REGISTRY = re.compile(r"\\?(?:hkey_[a-z_]+|hklm|hkcu|hkcr|hku|hkcc)\\", re.IGNORECASE)
_PATH = re.compile(r"[a-z]:\\|\\\\|/|%[a-z]+%\\|~/", re.IGNORECASE)
_CIDR = re.compile(r"[0-9a-f:.]+/[0-9]{1,3}", re.IGNORECASE | re.ASCII)
_WITH_PORT = re.compile(r"([^\s:/@]+|\[[0-9a-f:.]+\]):[0-9]{1,5}", re.IGNORECASE | re.ASCII)
# What names files and no top-level domain: `evil.exe` is a file, `evil.sh` and `evil.zip` are domains.
_FILE = re.compile(
    r"[^/\\:*?\"<>|]{1,255}\.(?:exe|dll|sys|scr|bat|cmd|ps1|psm1|vbs|vbe|js|jse|wsf|hta|lnk|docx?|docm|xlsx?|xlsm|pptx?"
    r"|pptm|rtf|pdf|jar|msi|iso|img|rar|7z|bin|dat|tmp|elf|so|dylib|apk)",
    re.IGNORECASE,
)


def detect(line: str) -> Observable:
    """Returns the observable that a line is, in its normal form; raises Refused where it is none that can be told.

    `evil.com:8080` is the domain, `192.0.2.1:443` the address; `evil.com/login` is taken for `http://evil.com/login`.
    """
    text = refang(line).strip("\"'`, ;")
    if not text:
        raise Refused("is empty")
    return normalize(*_told(text))


def _told(text: str) -> tuple[Kind, str]:
    if "://" in text:
        return Kind.URL, text
    if _HEXADECIMAL.fullmatch(text) and len(text) in _BY_DIGITS:
        return _BY_DIGITS[len(text)], text
    for pattern, kind in ((_CIDR, Kind.CIDR), (_ASN, Kind.ASN)):
        if pattern.fullmatch(text):
            return kind, text
    if packed(text.strip("[]")) is not None:
        return (Kind.IPV6 if ":" in text else Kind.IPV4), text
    for pattern, kind in ((_REGISTRY, Kind.REGISTRY_KEY), (_PATH, Kind.FILE_PATH)):
        if pattern.match(text):
            return kind, text
    return _named(text)


def _named(text: str) -> tuple[Kind, str]:
    if ported := _WITH_PORT.fullmatch(text):
        return _told(ported[1])
    if "/" in text:
        return Kind.URL, f"http://{text}"
    if "@" in text:
        return Kind.EMAIL, text
    if _FILE.fullmatch(text):
        return Kind.FILE_NAME, text
    return Kind.DOMAIN, text
