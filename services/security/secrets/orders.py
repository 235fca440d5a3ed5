"""What passes between a rotation's workflow and its activities; kept as JSON in the workflow's history."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RotationOrder:
    """Which rotation to run.

    Attributes:
        organization: Whose key, a UUID as text.
        key: The data key to make, a UUID as text; it names the rotation.
        grace_seconds: How long the old data keys stay when nothing is sealed with them, for reads under way.
    """

    organization: str
    key: str
    grace_seconds: float = 60.0
