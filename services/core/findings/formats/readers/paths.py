"""Paths of the records that a reader is asked for, matched on the way down."""

from dataclasses import dataclass, field

ITEM = "[]"
"""The step into each entry of a list."""
ANY = "*"
"""The step into each entry of an object, or each element, whatever its name."""


@dataclass(slots=True)
class Step:
    """A place on the way to the records.

    Attributes:
        path: The path that ends here; None where none does.
        below: The steps that lead on.
    """

    path: str | None = None
    below: dict[str, "Step"] = field(default_factory=dict)

    def into(self, name: str) -> "Step | None":
        """Returns the step below; None where no path leads there."""
        return self.below.get(name) or self.below.get(ANY)


def json_steps(paths: tuple[str, ...]) -> Step:
    """Returns the steps of paths such as `runs[].results[]`; the empty one is the whole document."""
    return _steps({path: path.replace(ITEM, f".{ITEM}").strip(".").split(".") if path else [] for path in paths})


def xml_steps(paths: tuple[str, ...]) -> Step:
    """Returns the steps of paths such as `issues/issue`, from the root on."""
    return _steps({path: path.split("/") for path in paths})


def _steps(paths: dict[str, list[str]]) -> Step:
    root = Step()
    for path, names in paths.items():
        step = root
        for name in names:
            step = step.below.setdefault(name, Step())
        step.path = path
    return root
