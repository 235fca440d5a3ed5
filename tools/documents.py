"""`python -m tools.documents`: the parts of docs/ that are tables of something else, written from it.

A part stands between `<!-- name -->` and `<!-- /name -->`. With `--check` nothing is written; a part that isn't as it
should be is named, and the exit code is 1.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tools.contracts.descriptors import build
from tools.contracts.model import Contracts
from tools.contracts.openapi.errors import HTTP_STATUS, catalogue

DOCS = Path(__file__).resolve().parent.parent / "docs"


def errors() -> str:
    """Returns the table of every reason in the error catalogue."""
    reasons = catalogue(Contracts(build())).values()
    rows = [(f"`{one.name}`", f"`{one.code}`", str(HTTP_STATUS[one.code]), one.meaning) for one in reasons]
    return "\n".join(_table(("reason", "status code", "HTTP", "meaning"), rows))


PARTS: Mapping[str, Mapping[str, Callable[[], str]]] = {"errors.md": {"errors": errors}}
"""By file and name of the part, what is written there."""


def filled(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """Returns a document with its parts written anew.

    Raises:
        ValueError: The document has no place for a part.
    """
    for name, write in parts.items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->\n")
        if not opening or not closing:
            raise ValueError(f"there is no place for the part {name!r}")
        text = f"{before}{opening}{write()}\n{closing}{after}"
    return text


def main(arguments: list[str]) -> int:
    """Writes or checks all parts; returns the process's exit code."""
    stale = [(file, text) for file, text in _documents() if file.read_text("utf-8") != text]
    if arguments == ["--check"]:
        sys.stderr.writelines(f"docs/{file.name} is not as the contracts say; run make gen\n" for file, _ in stale)
        return 1 if stale else 0
    for file, text in stale:
        file.write_text(text, "utf-8")
    return 0


def _documents() -> Iterator[tuple[Path, str]]:
    for name, parts in PARTS.items():
        file = DOCS / name
        yield file, filled(file.read_text("utf-8"), parts)


def _table(titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    for row in (titles, ("---",) * len(titles), *rows):
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
