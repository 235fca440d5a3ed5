"""Undoes what reports do to observables so that nobody clicks on them: `hxxps://evil[.]com`, `evil(dot)com`."""

import re

from services.intelligence.indicators.observables.kinds import LONGEST, Refused

_PASSES = 8
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_SCHEME = re.compile(r"^(?:h(?:xx|\*\*|tt_)p|\[?http\]?)(s?)(?=\[?:)", re.IGNORECASE)
_FILE_SCHEME = re.compile(r"^fxp(s?)(?=\[?:)", re.IGNORECASE)
_BRACKETED = re.compile(
    r"[\[({<]\s{0,2}(?:(?P<dot>\.|dot|punto)|(?P<at>@|at)|(?P<rest>:|://|//|/))\s{0,2}[\])}>]", re.IGNORECASE
)
_HALF_BRACKETED = re.compile(r"\[\.(?!\])|(?<!\[)\.\]")
_ESCAPED = re.compile(r"(?<=[\w])\\\.(?=\w)")


def refang(text: str) -> str:
    """Returns the text with its defanging undone and without invisible characters and surrounding space.

    Refanging twice is refanging once. Raises Refused where the text is too long or wrapped more than eight times.
    """
    if len(text) > LONGEST:
        raise Refused(f"is longer than {LONGEST} characters")
    for _ in range(_PASSES):
        before = text
        text = _once(text)
        if text == before:
            return text
    raise Refused("is defanged over and over")


def _once(text: str) -> str:
    text = _INVISIBLE.sub("", text).strip()
    text = _FILE_SCHEME.sub(r"ftp\1", _SCHEME.sub(r"http\1", text))
    text = _BRACKETED.sub(_plain, text)
    if "://[" not in text:
        text = _HALF_BRACKETED.sub(".", text)
    return text if ":\\" in text else _ESCAPED.sub(".", text)


def _plain(bracketed: re.Match[str]) -> str:
    if bracketed["dot"]:
        return "."
    return "@" if bracketed["at"] else bracketed["rest"]
