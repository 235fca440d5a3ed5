"""docs/security/rules.md says what the code does."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta

from buf.validate import validate_pb2
from xorb.core.v1 import attachment_pb2
from xorb.options.v1 import policy_pb2

from gateway.ratelimit.limits import DEFAULTS
from services.core.imports.reading import __main__ as reading
from services.executors.domain import Limits
from services.executors.guard import MAX_BLOCK
from services.mesh import settings, tokens
from services.mesh.descriptors import extension
from services.mesh.policies import methods
from services.security.identity import domain, guessable, passwords, resetting_password
from stack.catalogue import BUILDERS
from stack.log_file import MAXIMUM_BYTES
from stack.settings import DEFAULT_PORTS, project_root
from tools.contracts.bodies import LARGEST, SMALLEST

ROOT = project_root()
TEXT = (ROOT / "docs/security/rules.md").read_text("utf-8")
MEBIBYTE = 1024 * 1024
FOLDERS = ("services", "gateway", "stack", "cli", "partner")
CRYPTOGRAPHY = {
    "cryptography", "hashlib", "hmac", "ssl", "argon2", "jwt", "pyotp", "webauthn", "authlib", "sslyze",
    "Crypto", "Cryptodome", "OpenSSL", "nacl", "bcrypt", "jose", "joserfc", "jwcrypto", "itsdangerous", "rsa", "ecdsa",
}  # fmt: skip
"""Modules that encrypt, sign or hash, those of others that we may come to use included."""


def table(heading: str) -> list[str]:
    """The rows of the table whose first column has this heading."""
    _, _, rest = TEXT.partition(f"| {heading} |")
    return rest.partition("\n\n")[0].splitlines()[2:]


def firsts(heading: str) -> str:
    """The first column of such a table."""
    return " ".join(row.split("|")[1] for row in table(heading))


def imported(tree: ast.AST) -> Iterator[str]:
    """The first names of the modules that a module imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


def numbers() -> dict[str, str]:
    """Every number that the document gives."""
    tables = re.findall(r"\| number \| value \|\n\| --- \| --- \|\n((?:\|.*\|\n)+)", TEXT)
    return dict(re.findall(r"\| (.*?) \| (.*?) \|\n", "".join(tables)))


def whole(length: timedelta, unit: str) -> str:
    return f"{length // timedelta(**{unit: 1})} {unit}"


def test_every_number_is_that_of_the_code() -> None:
    longest = settings.read({"XORB_ACCESS_TOKEN_SECONDS": "1e9"}).access_token_lifetime
    usual = settings.read({})
    size = attachment_pb2.Attachment.DESCRIPTOR.fields_by_name["size"]
    largest = extension(size.GetOptions(), validate_pb2.field).int64.lte
    run, hasher = Limits(), passwords._HASHER
    assert numbers() == {
        "a REST request's body, of most methods, at most": f"{SMALLEST // 1024} KiB",
        "of those whose fields allow more": f"{LARGEST // MEBIBYTE} MiB",
        "a file of a finding at most": f"{largest // MEBIBYTE} MiB",
        "an organization's files of findings at most": f"{usual.attachment_quota // MEBIBYTE} MiB",
        "a file that is imported at most": f"{usual.import_file_bytes // MEBIBYTE} MiB",
        "an organization's files that wait to be imported at most": f"{usual.import_quota_bytes // MEBIBYTE} MiB",
        "memory of reading one at most": f"{reading.MEMORY // MEBIBYTE} MiB",
        "raw output of one run at most": f"{run.output_bytes // MEBIBYTE} MiB",
        "one run at most": f"{run.seconds:g} seconds",
        "memory of one run at most": f"{run.memory_bytes // MEBIBYTE} MiB",
        "processes of one run at most": str(run.processes),
        "addresses in one block at most": str(MAX_BLOCK),
        "sign-ins by address": DEFAULTS["SIGN_IN", "address"],
        "sign-ins and proofs of one who is signed in": DEFAULTS["SIGN_IN", "user"],
        "longest life of an access token": whole(longest, "minutes"),
        "longest life of a service's token": whole(tokens._SERVICE_LIFETIME, "minutes"),
        "longest life of a session": whole(domain.SESSION_LIFETIME, "days"),
        "a session that isn't refreshed ends after": whole(domain.SESSION_IDLE, "days"),
        "memory of a password's hash": f"{hasher.memory_cost // 1024} MiB",
        "passes of a password's hash": str(hasher.time_cost),
        "ending another of one's sessions takes a sign-in within": whole(domain.RECENT, "minutes"),
        "a code for a forgotten password is good for": whole(resetting_password.LIFETIME, "minutes"),
    }


def test_the_words_that_passwords_are_not_made_of_are_named() -> None:
    for word in guessable.PRODUCT:
        assert f"`{word}`" in TEXT
    assert f"fewer than {guessable.LEFT_OVER}\ncharacters" in TEXT


def test_every_way_in_is_named() -> None:
    """Those are the public methods that give tokens, or begin what does."""
    public = {method.descriptor.name for method in methods().values() if method.policy.public}
    named = set(re.findall(r"`(\w+)`", " ".join(row.split("|")[2] for row in table("way"))))
    assert named == public - {"SignUp", "GetJsonWebKeySet"}


def test_every_port_has_its_place_in_who_talks_to_whom() -> None:
    assert set(re.findall(r"`(XORB_\w+_PORT)`", " ".join(table("from")))) == set(DEFAULT_PORTS)


def test_every_costly_method_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", firsts("method")))
    heavy = {
        method.descriptor.name
        for method in methods().values()
        if extension(method.descriptor.GetOptions(), policy_pb2.policy).rate_class == policy_pb2.RATE_CLASS_HEAVY
    }
    assert heavy <= named
    assert named - {"SignIn", "SignUp", "ChangePassword", "ResetPassword"} == heavy


def test_every_component_has_its_place_among_the_logs() -> None:
    assert set(BUILDERS) <= set(re.findall(r"`([\w-]+)`", firsts("component")))
    assert f"{MAXIMUM_BYTES // MEBIBYTE} MiB each" in TEXT


def test_every_library_of_cryptography_is_named() -> None:
    files = [file for folder in FOLDERS for file in (ROOT / folder).rglob("*.py")]
    used = {name for file in files for name in imported(ast.parse(file.read_text("utf-8")))} & CRYPTOGRAPHY
    assert {"cryptography", "argon2", "jwt", "hmac"} <= used
    assert [name for name in used if f"`{name}`" not in TEXT] == []


def test_what_is_classified_exists() -> None:
    migrations = "".join(file.read_text("utf-8") for file in (ROOT / "services/migrations/versions").glob("*.py"))
    columns = {"accounts.password_hash", "refresh_tokens.digest", "notification_channels.secrets"}
    there = {*re.findall(r"CREATE TABLE (\w+)", migrations), *columns}
    classified = set(re.findall(r"`([a-z_.]+)`", " ".join(row.split("|")[2] for row in table("class"))))
    assert classified <= there
    assert {"accounts", "findings", "evidence", "event_log"} <= classified
    assert all(row.split("|")[3].strip() for row in table("class"))


def test_times_to_mend_are_given() -> None:
    days = [int(found) for found in re.findall(r"\| (\d+) days \|", "\n".join(table("a known weakness of a part is")))]
    assert len(days) == 4
    assert days == sorted(days)


def test_every_part_by_others_is_of_one_version_and_one_content() -> None:
    """Each entry is a version and its hashes, and the installer takes nothing else."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    entries = re.findall(
        r"^\S+==\S+(?: ; [^\n\\]+)? \\\n(?: {4}--hash=sha256:[0-9a-f]{64}(?: \\)?\n)+", lock, re.MULTILINE
    )
    left = re.sub(r"^\s*#.*\n", "", lock, flags=re.MULTILINE)
    for entry in entries:
        left = left.replace(entry, "")
    assert len(entries) > 100
    assert left.strip() == ""
    assert "--require-hashes --no-deps -r requirements.lock" in (ROOT / "Makefile").read_text("utf-8")
