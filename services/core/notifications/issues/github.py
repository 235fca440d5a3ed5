"""GitHub's issues over its REST API (https://docs.github.com/rest/issues, version 2022-11-28)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.core.notifications.channels.domain import TOKEN, Opened
from services.core.notifications.issues.domain import Text
from services.core.notifications.issues.tracker import Api, Found, part
from services.mesh.outbound import Outbound

_VERSION = "2022-11-28"
_PAGE, _PAGES = 50, 20
# Its clock isn't ours.
_SLACK = timedelta(minutes=2)


@dataclass(frozen=True)
class GitHub:
    """A repository's issues.

    Args:
        api: The API, with credentials.
        repository: Such as `example/website`.
        labels: Of the issues that are made.
    """

    api: Api
    repository: str
    labels: tuple[str, ...] = ()

    @classmethod
    def of(cls, outbound: Outbound, opened: Opened) -> "GitHub":
        """Returns the repository that a channel leads to."""
        channel = opened.channel
        headers = {"authorization": f"Bearer {opened.secrets[TOKEN]}", "x-github-api-version": _VERSION}
        return cls(Api(outbound, channel.text("url"), headers), channel.text("repository"), channel.texts("labels"))

    async def find(self, marker: str) -> Found | None:
        """Returns the issue that was made with a marker, among the latest hundred: search would be behind."""
        for page in (1, 2):
            found = await self._listed(f"state=all&sort=created&direction=desc&per_page={_PAGE}&page={page}")
            for issue in found:
                if marker in str(issue.get("body") or ""):
                    return _found(issue)
        return None

    async def create(self, text: Text, marker: str) -> Found:
        """Makes an issue; its text has the marker."""
        # Nothing that was seen on a target is Markdown, or mentions anybody.
        body = f"```text\n{text.body.replace('`', chr(0x2019))}\n```"
        wanted = {"title": text.title, "body": body, "labels": list(self.labels)}
        return _found(await self.api.call("POST", self._path(), wanted))

    async def comment(self, key: str, text: str) -> None:
        """Adds a comment."""
        body = f"```text\n{text.replace('`', chr(0x2019))}\n```"
        await self.api.call("POST", f"{self._path(key)}/comments", {"body": body})

    async def close(self, key: str) -> None:
        """Closes an issue."""
        await self.api.call("PATCH", self._path(key), {"state": "closed", "state_reason": "completed"})

    async def reopen(self, key: str) -> None:
        """Opens an issue again."""
        await self.api.call("PATCH", self._path(key), {"state": "open"})

    async def changed(self, since: datetime, now: datetime) -> list[Found]:
        """Returns the issues that were changed since a time, the first thousand."""
        return [_found(issue) async for issue in self._changed(since)]

    async def _changed(self, since: datetime) -> AsyncIterator[Any]:
        from_ = (since - _SLACK).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        for page in range(1, _PAGES + 1):
            query = f"state=all&sort=updated&direction=asc&since={from_}&per_page={_PAGE}&page={page}"
            found = await self._listed(query)
            for issue in found:
                yield issue
            if len(found) < _PAGE:
                return

    async def _listed(self, query: str) -> list[Any]:
        found = await self.api.call("GET", f"{self._path()}?{query}")
        # Pull requests are issues, too.
        return [one for one in found if isinstance(one, dict) and "pull_request" not in one] if found else []

    def _path(self, key: str = "") -> str:
        return f"/repos/{self.repository}/issues" + (f"/{key}" if key else "")


def _found(issue: Any) -> Found:  # noqa: ANN401 - JSON
    return Found(part(issue, "number"), part(issue, "html_url"), part(issue, "state") == "closed")
