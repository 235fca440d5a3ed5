"""The places a weakness can be at, each with a normal form that is the same whichever tool names it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from services.core.findings.formats.kernel.texts import clean
from services.core.findings.identity import normal_host, normal_location

_PLACE = 2048
# A report names few hosts, and often.
_host = lru_cache(maxsize=4096)(normal_host)
_MAX_PORT = 65_535
_TYPES = {
    "python": "pypi",
    "python-pkg": "pypi",
    "pip": "pypi",
    "poetry": "pypi",
    "pipenv": "pypi",
    "node-pkg": "npm",
    "yarn": "npm",
    "pnpm": "npm",
    "jar": "maven",
    "java-archive": "maven",
    "pom": "maven",
    "gradle": "maven",
    "go": "golang",
    "go-module": "golang",
    "gomod": "golang",
    "gobinary": "golang",
    "gemspec": "gem",
    "bundler": "gem",
    "rubygems": "gem",
    "rust-crate": "cargo",
    "crates.io": "cargo",
    "packagist": "composer",
    "dotnet": "nuget",
    "debian": "deb",
    "ubuntu": "deb",
    "dpkg": "deb",
}
"""What tools call the types of package URLs."""


@dataclass(frozen=True, slots=True)
class Web:
    """A page or call of a site.

    Attributes:
        url: Absolute.
        method: Of HTTP, in capitals; empty where unknown.
        parameter: The parameter, header or cookie that has it; empty where it is the page.
    """

    url: str
    method: str = ""
    parameter: str = ""

    @property
    def normal(self) -> str:
        """Scheme, host, port and path, and the names of the query's parameters: their values are a test's own."""
        base, _, query = normal_location(self.url).partition("?")
        names = sorted({part.partition("=")[0] for part in query.split("&") if part})
        return f"{base}?{'&'.join(names)}" if names else base

    @property
    def asset(self) -> str:
        """The site's host."""
        try:
            return _host(urlsplit(self.url.strip()).hostname or self.url)
        except ValueError:
            return _host(self.url)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A port of a host, or the host.

    Attributes:
        host: A name or address.
        port: 0 for the host as a whole.
        protocol: `tcp`, `udp`, `sctp`.
    """

    host: str
    port: int = 0
    protocol: str = "tcp"

    @property
    def normal(self) -> str:
        """`host`, or `host:port/protocol`."""
        host = _host(self.host)
        name = f"[{host}]" if ":" in host else host
        return f"{name}:{self.port}/{self.protocol.lower()}" if 0 < self.port <= _MAX_PORT else host

    @property
    def asset(self) -> str:
        """The host."""
        return _host(self.host)


@dataclass(frozen=True, slots=True)
class Code:
    """A place in a file of a repository, image or machine.

    Attributes:
        path: Relative to the root of what was scanned where the tool says so, with slashes.
        line: From 1; 0 for the file as a whole.
        end_line: The last line of it; 0 where unknown.
        symbol: The function, resource or key there.
        repository: What the file is of; empty where the tool doesn't say.
    """

    path: str
    line: int = 0
    end_line: int = 0
    symbol: str = ""
    repository: str = ""

    @property
    def normal(self) -> str:
        """The path, and the symbol; not the line, which moves with every edit above it."""
        path = re.sub(r"^(?:file:/+|\./+)", "", unquote(self.path).replace("\\", "/"))
        return clean(f"{path}#{self.symbol}" if self.symbol else path, _PLACE)

    @property
    def asset(self) -> str:
        """The repository, or nothing."""
        return self.repository


@dataclass(frozen=True, slots=True)
class Package:
    """A package that something depends on.

    Attributes:
        name: As its ecosystem writes it; with the group for Maven, `group:artifact`.
        version: The one installed.
        ecosystem: The type of a package URL: `pypi`, `npm`, `maven`, `deb`.
        purl: The package URL (https://github.com/package-url/purl-spec); empty where the tool gives none.
        path: The file that it was found in: a manifest, a lock file, an archive.
        of: What has the package: an image, a repository; empty where the tool doesn't say.
    """

    name: str
    version: str = ""
    ecosystem: str = ""
    purl: str = ""
    path: str = ""
    of: str = ""

    @property
    def normal(self) -> str:
        """A package URL without version and qualifiers, for an update that doesn't help is no new weakness."""
        kind, name = _purl_name(self.purl) if self.purl.startswith("pkg:") else (self.ecosystem.lower(), self.name)
        kind = _TYPES.get(kind, kind)
        name = name.replace(":", "/") if kind == "maven" else name
        if kind in {"pypi", "npm", "deb", "apk", "github", "composer"}:
            name = name.lower()
        name = re.sub(r"[-_.]+", "-", name) if kind == "pypi" else name
        return clean(f"pkg:{kind or 'generic'}/{name}", _PLACE)

    @property
    def asset(self) -> str:
        """What has the package, or the file that it was found in."""
        return self.of or self.path


@dataclass(frozen=True, slots=True)
class Image:
    """A container image: `registry/name:tag` or `name@sha256:…`, and its digest where known."""

    reference: str
    digest: str = ""

    @property
    def normal(self) -> str:
        """The reference without digest; the tag stays, for it is what is run."""
        return clean(self.reference.partition("@")[0], _PLACE)

    @property
    def asset(self) -> str:
        """The image."""
        return self.normal


@dataclass(frozen=True, slots=True)
class Resource:
    """Something of a cloud, a cluster, or another system that gives names.

    Attributes:
        id: The system's own: an ARN, `namespace/kind/name`.
        provider: `aws`, `azure`, `gcp`, `kubernetes`.
        account: The account, subscription, project or cluster.
        region: Where.
        kind: What: `AwsS3Bucket`, `Deployment`.
    """

    id: str
    provider: str = ""
    account: str = ""
    region: str = ""
    kind: str = ""

    @property
    def normal(self) -> str:
        """Provider, account, region and identifier, those that are known."""
        return clean("/".join(part for part in (self.provider, self.account, self.region, self.id) if part), _PLACE)

    @property
    def asset(self) -> str:
        """The account, or the resource where none is known."""
        return "/".join(part for part in (self.provider, self.account) if part) or self.id


Location = Web | Endpoint | Code | Package | Image | Resource
"""Where a weakness is; `normal` is one spelling for all tools, `asset` is what has it."""


def place(text: str) -> Web | Endpoint:
    """Returns what a text of unknown kind names: a URL, `host`, `host:port`, or `[address]:port`."""
    text = text.strip()
    if "://" in text:
        return Web(text)
    host, separator, port = text.rpartition(":")
    whole = separator and port.isascii() and port.isdigit() and int(port[:6]) <= _MAX_PORT
    if whole and (":" not in host or host.startswith("[")):
        return Endpoint(host, int(port))
    return Endpoint(text)


def _purl_name(purl: str) -> tuple[str, str]:
    """Returns type, and namespace and name, of a package URL."""
    body = purl.removeprefix("pkg:").lstrip("/").partition("#")[0].partition("?")[0]
    kind, _, name = body.partition("/")
    if "@" in name.rpartition("/")[2]:
        name = name.rpartition("@")[0]
    return kind.lower(), unquote(name)
