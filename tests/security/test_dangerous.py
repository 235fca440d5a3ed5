"""No dangerous call stands in the platform's code but those that are named here, each for a reason."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from stack.settings import project_root
from tests.security.dangerous import RULES, found

ROOT = project_root()
FOLDERS = ("services", "gateway", "stack", "cli", "partner")

ALLOWED: Mapping[tuple[str, str], str] = {
    (
        "services/core/findings/formats/kernel/head.py",
        "parses XML with its entities",
    ): "it refuses those who declare any",
    ("services/core/findings/formats/readers/xml.py", "parses XML with its entities"): "the same",
    ("services/mesh/log_export.py", "formats by a text that others may have written"): "it is a handler's own method",
    ("services/executors/lenient.py", "trusts any certificate"): "a target's certificate is looked at, not trusted",
    ("stack/demo_target.py", "formats by a text that others may have written"): "the text is our own file beside it",
}
"""File and rule, and why it may break it."""

PLANTED: Mapping[str, tuple[str, ...]] = {
    "runs text as code": ("eval(text)", "exec(text)", "__import__(name)"),
    "asks a shell": ("os.system(line)", "subprocess.run(line, shell=True)", "asyncio.create_subprocess_shell(line)"),
    "reads objects from bytes": ("import pickle", "from marshal import loads", "yaml.load(text)"),
    "parses XML with its entities": ("import xml.sax", "from lxml import etree", "from xml.dom import minidom"),
    "formats by a text that others may have written": ("text.format(caller)", "self.pattern.format_map(row)"),
    "takes secrets from a generator that can be guessed": ("random.randbytes(32)", "random.choice(letters)"),
    "trusts a weak hash": ("hashlib.md5(token)", "hashlib.sha1(token).digest()", "hashes.SHA1()"),
    "encrypts by hand": ("modes.ECB()", "modes.CBC(iv)", "padding.PKCS1v15()", "Cipher(algorithm, mode)"),
    "trusts any certificate": (
        "requests.get(url, verify=False)",
        "context.check_hostname = False",
        "context.verify_mode = ssl.CERT_NONE",
    ),
}


def broken() -> set[tuple[str, str]]:
    """Every file and rule that it breaks."""
    files = [file for folder in FOLDERS for file in sorted((ROOT / folder).rglob("*.py"))]
    return {(_name(file), rule) for file in files for rule, _ in found(file.read_text("utf-8"))}


def _name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_nothing_dangerous_is_done_without_a_reason() -> None:
    assert broken() == set(ALLOWED)


@pytest.mark.parametrize(("rule", "code"), [(rule, code) for rule, codes in PLANTED.items() for code in codes])
def test_what_is_dangerous_is_noticed(rule: str, code: str) -> None:
    assert rule in {name for name, _ in found(code)}


def test_every_rule_is_proved() -> None:
    assert set(PLANTED) == set(RULES)


@pytest.mark.parametrize(
    "code",
    ['"{}".format(x)', "secrets.token_bytes(32)", "hashlib.sha256(x)", "subprocess.run([x])", "yaml.safe_load(x)"],
)
def test_what_is_harmless_is_left_alone(code: str) -> None:
    assert list(found(code)) == []
