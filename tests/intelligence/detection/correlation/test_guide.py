"""The guide's example does what the guide says."""

import re

from services.intelligence.detection.correlation.engine import Engine
from services.intelligence.detection.correlation.resolving import plan
from services.intelligence.detection.sigma.parsing import documents
from stack.settings import project_root
from tests.intelligence.detection.correlation.writing import NOW, event, rule, run


def test_the_example_of_the_guide() -> None:
    text = (project_root() / "docs/guides/detection-rules.md").read_text()
    found = re.search(r"```yaml\n(title: Refused, then in\n.*?)```", text, re.DOTALL)
    assert found
    made = plan([rule("refused"), rule("signed_in")], documents.read(found[1]))
    assert not made.refusals
    stream = [*(event(at, "refused") for at in (1, 2, 3)), event(60, "signed_in")]
    (alert,) = run(Engine(made, lambda: NOW), *stream)
    assert alert.title == "Refused, then in"
    assert not run(Engine(made, lambda: NOW), *stream[1:])
