"""Where a channel may lead: URLs and addresses read strictly, each refusal with the field and in clear words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.core.notifications.channels.domain import INBOUND, TOKEN, URL, Kind
from services.executors.domain import OutOfScope
from services.executors.urls import Url, parse_url
from services.mesh.errors import Failure, invalid_field
from services.mesh.outbound import Reach

Settings = Mapping[str, str | tuple[str, ...]]
_SHORTEST_SECRET = 16
_GITHUB = "https://api.github.com"
_V3 = "V3"
_PROJECT = re.compile(r"[A-Z][A-Z0-9_]{0,49}")
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")
# What RFC 5321 allows and people have; quoted local parts and address literals are left out.
_EMAIL = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Reads where channels lead.

    Args:
        reach: Where endpoints may be besides on the internet.
    """

    reach: Reach

    def read(self, kind: Kind, settings: Settings, secrets: Mapping[str, str]) -> tuple[Settings, str]:
        """Returns a channel's settings in full, and its origin.

        Raises:
            Failure: INVALID_FIELD.
        """
        if kind is Kind.EMAIL:
            return {"recipients": _recipients(settings)}, ""
        if kind is Kind.JIRA:
            return self._jira(settings, secrets)
        if kind is Kind.GITHUB:
            return self._github(settings, secrets)
        return {}, self._url(kind, secrets.get(URL, "")).origin

    def _jira(self, settings: Settings, secrets: Mapping[str, str]) -> tuple[Settings, str]:
        if not _PROJECT.fullmatch(str(settings.get("project", ""))):
            raise _invalid(Kind.JIRA, "project", "it has to be a project's key, such as SEC")
        _require_token(Kind.JIRA, secrets)
        version = settings.get("version") or _V3
        if version == _V3 and not settings.get("account"):
            raise _invalid(Kind.JIRA, "account", "Jira Cloud needs the account whose API token it is")
        url = self._url(Kind.JIRA, str(settings.get("url", "")))
        return {**settings, "version": version, "url": str(url).rstrip("/")}, url.origin

    def _github(self, settings: Settings, secrets: Mapping[str, str]) -> tuple[Settings, str]:
        repository = str(settings.get("repository", ""))
        if not _REPOSITORY.fullmatch(repository) or set(repository.split("/")) & {".", ".."}:
            raise _invalid(Kind.GITHUB, "repository", "it has to be of the form owner/name")
        _require_token(Kind.GITHUB, secrets)
        url = self._url(Kind.GITHUB, str(settings.get("url") or _GITHUB))
        return {**settings, "url": str(url).rstrip("/")}, url.origin

    def _url(self, kind: Kind, text: str) -> Url:
        try:
            url = parse_url(text)
        except OutOfScope as error:
            # The parser's words quote the URL, which may be a secret.
            raise _invalid(kind, URL, "it has to be a plain URL, such as https://example.com/hook") from error
        if urlsplit(text).fragment:
            raise _invalid(kind, URL, "a URL to send to has no fragment")
        if not isinstance(url.host, str) and not self.reach.allows(url.host):
            raise _invalid(kind, URL, "this address may not be connected to")
        if url.scheme != "https" and not (self.reach.loopback and _is_loopback(url)):
            raise _invalid(kind, URL, "it has to begin with https://")
        return url


def _recipients(settings: Settings) -> tuple[str, ...]:
    given = settings.get("recipients", ())
    found = tuple(dict.fromkeys(one.strip() for one in given)) if not isinstance(given, str) else ()
    if not found:
        raise _invalid(Kind.EMAIL, "recipients", "at least one is needed")
    for one in found:
        if not _EMAIL.fullmatch(one):
            raise _invalid(Kind.EMAIL, "recipients", f"{one[:100]!r} is no e-mail address")
    return found


def _require_token(kind: Kind, secrets: Mapping[str, str]) -> None:
    token = secrets.get(TOKEN, "")
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise _invalid(kind, TOKEN, "a token is needed; where it goes elsewhere, send it again")
    if 0 < len(secrets.get(INBOUND, "")) < _SHORTEST_SECRET:
        raise _invalid(kind, "webhook_secret", f"it has to have {_SHORTEST_SECRET} characters or more")


def _is_loopback(url: Url) -> bool:
    return url.host == "localhost" if isinstance(url.host, str) else url.host.is_loopback


def _invalid(kind: Kind, field: str, text: str) -> Failure:
    return invalid_field(f"notification_channel.{kind.name.lower()}.{field}", text)
