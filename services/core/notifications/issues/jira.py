"""Jira's issues over its REST API, versions 3 (Cloud) and 2 (Server, Data Center).

Sources: https://developer.atlassian.com/cloud/jira/platform/rest/v3 and
https://developer.atlassian.com/server/jira/platform/rest.
"""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from services.core.notifications.channels.domain import TOKEN, Opened
from services.core.notifications.issues.domain import Text
from services.core.notifications.issues.tracker import Api, Found, many, part
from services.core.notifications.sending.outcome import RefusedError
from services.mesh.outbound import Outbound

_V2 = "V2"
_PAGE, _PAGES = 50, 20
_LABEL = "xorb"
_DONE = "done"


@dataclass(frozen=True)
class Jira:
    """A project's issues.

    Args:
        api: The API, with credentials.
        version: 2 or 3.
        project: The project's key.
        issue_type: The name of its issues' type.
        close_transition: The name of the transition that closes an issue.
        reopen_transition: The name of the one that opens it again.
    """

    api: Api
    version: int
    project: str
    issue_type: str
    close_transition: str
    reopen_transition: str

    @classmethod
    def of(cls, outbound: Outbound, opened: Opened) -> "Jira":
        """Returns the project that a channel leads to."""
        channel, token = opened.channel, opened.secrets[TOKEN]
        version = 2 if channel.text("version") == _V2 else 3
        basic = base64.b64encode(f"{channel.text('account')}:{token}".encode()).decode()
        headers = {"authorization": f"Bearer {token}" if version == 2 else f"Basic {basic}"}  # noqa: PLR2004 - of the API
        return cls(
            Api(outbound, channel.text("url"), headers),
            version,
            channel.text("project"),
            channel.text("issue_type", "Task"),
            channel.text("close_transition", "Done"),
            channel.text("reopen_transition", "To Do"),
        )

    async def find(self, marker: str) -> Found | None:
        """Returns the issue that was made with a marker, which is one of its labels."""
        found = await self._search(f'project = "{self.project}" AND labels = "{marker}"', pages=1)
        return found[0] if found else None

    async def create(self, text: Text, marker: str) -> Found:
        """Makes an issue; the marker is one of its labels."""
        fields = {
            "project": {"key": self.project},
            "issuetype": {"name": self.issue_type},
            "summary": text.title,
            "description": self._document(text.body),
            "labels": [_LABEL, marker],
        }
        made = await self.api.call("POST", self._path("issue"), {"fields": fields})
        return self._found(part(made, "key"), closed=False)

    async def comment(self, key: str, text: str) -> None:
        """Adds a comment."""
        await self.api.call("POST", f"{self._issue(key)}/comment", {"body": self._document(text)})

    async def close(self, key: str) -> None:
        """Closes an issue by its transition."""
        await self._move(key, self.close_transition, closed=True)

    async def reopen(self, key: str) -> None:
        """Opens an issue again by its transition."""
        await self._move(key, self.reopen_transition, closed=False)

    async def changed(self, since: datetime, now: datetime) -> list[Found]:
        """Returns the issues of ours that were changed since a time, the first thousand."""
        # Relative: what an absolute time means depends on the account's time zone.
        minutes = int((now - since).total_seconds() // 60) + 2
        return await self._search(f'project = "{self.project}" AND labels = "{_LABEL}" AND updated >= "-{minutes}m"')

    async def _move(self, key: str, name: str, *, closed: bool) -> None:
        offered = many(await self.api.call("GET", f"{self._issue(key)}/transitions"), "transitions")
        for transition in offered:
            if part(transition, "name").casefold() == name.casefold():
                wanted = {"transition": {"id": part(transition, "id")}}
                await self.api.call("POST", f"{self._issue(key)}/transitions", wanted)
                return
        standing = await self.api.call("GET", f"{self._issue(key)}?fields=status")
        if _closed(standing) != closed:
            raise RefusedError("the issue offers no transition of the name that the channel has", final=True)

    async def _search(self, query: str, pages: int = _PAGES) -> list[Found]:
        found: list[Found] = []
        after: dict[str, str] = {}
        for _ in range(pages):
            asked = {"jql": f"{query} ORDER BY updated ASC", "fields": "status", "maxResults": str(_PAGE), **after}
            path = self._path("search" if self.version == 2 else "search/jql")  # noqa: PLR2004 - of the API
            answer = await self.api.call("GET", f"{path}?{urlencode(asked, quote_via=quote)}")
            issues = many(answer, "issues")
            found += [self._found(part(issue, "key"), closed=_closed(issue)) for issue in issues]
            token = answer.get("nextPageToken") if isinstance(answer, dict) else None
            if len(issues) < _PAGE or (self.version == 3 and not token):  # noqa: PLR2004 - of the API
                break
            after = {"nextPageToken": str(token)} if token else {"startAt": str(len(found))}
        return found

    def _found(self, key: str, *, closed: bool) -> Found:
        return Found(key, f"{self.api.url}/browse/{key}", closed)

    def _document(self, text: str) -> Any:  # noqa: ANN401 - JSON
        """Returns a text as descriptions have it: in version 3 a document, in 2 wiki markup that shows it as is."""
        if self.version == 2:  # noqa: PLR2004 - of the API
            return "{noformat}\n" + text.replace("{noformat}", "") + "\n{noformat}"
        lines = [[{"type": "text", "text": line}] if line else [] for line in text.split("\n")]
        return {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": line} for line in lines]}

    def _issue(self, key: str) -> str:
        return self._path(f"issue/{quote(key, safe='')}")

    def _path(self, path: str) -> str:
        return f"/rest/api/{self.version}/{path}"


def _closed(issue: Any) -> bool:  # noqa: ANN401 - JSON
    """Returns whether an issue is in a status that counts as done."""
    return part(issue, "fields", "status", "statusCategory", "key") == _DONE
