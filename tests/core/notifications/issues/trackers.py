"""Small trackers of issues, written from the published APIs of GitHub and Jira, as far as they are spoken with."""

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.core.notifications.receiver import Received, Reply

TOKEN = "tracker-token"


@dataclass
class FakeGitHub:
    """https://docs.github.com/rest/issues: one repository."""

    repository: str = "example/site"
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[str]] = field(default_factory=dict)

    def answer(self, got: Received) -> Reply:
        """Answers a request."""
        if got.headers.get("authorization") != f"Bearer {TOKEN}":
            return Reply(401, body=b'{"message": "Bad credentials"}')
        path = urlsplit(got.path).path
        base = f"/repos/{self.repository}/issues"
        if path == base:
            return self._create(got.json) if got.method == "POST" else self._list(parse_qs(urlsplit(got.path).query))
        match = re.fullmatch(rf"{re.escape(base)}/(\d+)(/comments)?", path)
        if match is None or int(match[1]) > len(self.issues):
            return Reply(404, body=b'{"message": "Not Found"}')
        issue = self.issues[int(match[1]) - 1]
        if match[2]:
            self.comments.setdefault(issue["number"], []).append(got.json["body"])
            return _json(201, {"id": 1})
        assert got.method == "PATCH"
        issue["state"] = got.json["state"]
        return _json(200, issue)

    def close(self, *, closed: bool) -> None:
        """A person closes or opens the first issue."""
        self.issues[0]["state"] = "closed" if closed else "open"

    @property
    def said(self) -> list[str]:
        """The comments on the first issue."""
        return self.comments.get(1, [])

    @property
    def closed(self) -> bool:
        """Whether the first issue is."""
        return bool(self.issues[0]["state"] == "closed")

    def _create(self, wanted: dict[str, Any]) -> Reply:
        number = len(self.issues) + 1
        url = f"https://github.example/{self.repository}/issues/{number}"
        self.issues.append({"number": number, "state": "open", "html_url": url, **wanted})
        return _json(201, self.issues[-1])

    def _list(self, query: dict[str, list[str]]) -> Reply:
        assert query["state"] == ["all"]
        size, page = int(query["per_page"][0]), int(query["page"][0])
        return _json(200, self.issues[(page - 1) * size : page * size])


@dataclass
class FakeJira:
    """The REST API of Jira, version 2 or 3: one project with the workflow To Do → Done and back."""

    version: int = 3
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: list[Any] = field(default_factory=list)
    transitions: tuple[tuple[str, str, str], ...] = (("11", "To Do", "new"), ("31", "Done", "done"))

    def answer(self, got: Received) -> Reply:
        """Answers a request."""
        basic = "Basic " + base64.b64encode(f"bot@example.com:{TOKEN}".encode()).decode()
        if got.headers.get("authorization") != (basic if self.version == 3 else f"Bearer {TOKEN}"):
            return Reply(401)
        parts = urlsplit(got.path)
        path = parts.path.removeprefix(f"/rest/api/{self.version}/")
        if path == "issue" and got.method == "POST":
            return self._create(got.json["fields"])
        if path == ("search/jql" if self.version == 3 else "search"):
            return self._search(parse_qs(parts.query)["jql"][0])
        match = re.fullmatch(r"issue/(SEC-\d+)(/transitions|/comment)?", path)
        if match is None:
            return Reply(404)
        return self._one(self.issues[int(match[1].removeprefix("SEC-")) - 1], match[2] or "", got)

    def close(self, *, closed: bool) -> None:
        """A person closes or opens the first issue."""
        self.issues[0]["fields"]["status"]["statusCategory"]["key"] = "done" if closed else "new"

    @property
    def said(self) -> list[Any]:
        """The comments."""
        return self.comments

    @property
    def closed(self) -> bool:
        """Whether the first issue is."""
        return bool(self.issues[0]["fields"]["status"]["statusCategory"]["key"] == "done")

    def _create(self, fields: dict[str, Any]) -> Reply:
        assert fields["project"] == {"key": "SEC"}
        assert isinstance(fields["description"], dict if self.version == 3 else str)
        key = f"SEC-{len(self.issues) + 1}"
        status = {"name": "To Do", "statusCategory": {"key": "new"}}
        self.issues.append({"key": key, "fields": {**fields, "status": status}})
        return _json(201, {"id": "1", "key": key, "self": "x"})

    def _search(self, query: str) -> Reply:
        label = re.search(r'labels = "([^"]+)"', query)
        assert label is not None
        assert query.startswith('project = "SEC" AND ')
        found = [issue for issue in self.issues if label[1] in issue["fields"]["labels"]]
        return _json(200, {"issues": found, "isLast": True})

    def _one(self, issue: dict[str, Any], part: str, got: Received) -> Reply:
        if part == "/comment":
            self.comments.append(got.json["body"])
            return _json(201, {"id": "1"})
        if not part:
            return _json(200, issue)
        if got.method == "GET":
            return _json(200, {"transitions": [{"id": key, "name": name} for key, name, _ in self.transitions]})
        (category,) = [category for key, _, category in self.transitions if key == got.json["transition"]["id"]]
        issue["fields"]["status"]["statusCategory"]["key"] = category
        return Reply(204, body=b"")


def _json(status: int, content: object) -> Reply:
    return Reply(status, {"content-type": "application/json"}, json.dumps(content).encode())
