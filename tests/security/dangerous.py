"""What our code does nowhere, because nothing of it is safe with what others send: found in the syntax tree."""

import ast
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

Rule = Callable[[ast.AST], bool]


def found(source: str) -> Iterator[tuple[str, int]]:
    """The rules that a module breaks, and the lines where it does."""
    for node in ast.walk(ast.parse(source)):
        yield from ((name, getattr(node, "lineno", 0)) for name, broken in RULES.items() if broken(node))


def _called(node: ast.AST) -> str:
    """The dotted name of what is called; empty where nothing is."""
    return ast.unparse(node.func) if isinstance(node, ast.Call) else ""


def _imported(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {name.name.partition(".")[0] for name in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def _keywords(node: ast.AST) -> dict[str, str]:
    """The keyword arguments of a call as they are written."""
    keywords = node.keywords if isinstance(node, ast.Call) else []
    return {keyword.arg: ast.unparse(keyword.value) for keyword in keywords if keyword.arg}


def _runs_text(node: ast.AST) -> bool:
    return _called(node) in {"eval", "exec", "compile", "__import__"}


def _asks_a_shell(node: ast.AST) -> bool:
    shells = {"os.system", "os.popen", "asyncio.create_subprocess_shell", "subprocess.getoutput"}
    return _called(node) in shells or _keywords(node).get("shell", "False") != "False"


def _unpickles(node: ast.AST) -> bool:
    return bool(_imported(node) & {"pickle", "marshal", "shelve", "dill", "jsonpickle"}) or _called(node) == "yaml.load"


def _parses_entities(node: ast.AST) -> bool:
    """Any parser but `defusedxml`, which has the same names; what it returns and raises may be named."""
    names = {name.name for name in node.names} if isinstance(node, ast.ImportFrom) else set()
    return bool(_imported(node) & {"xml", "lxml"}) and not (names and names <= {"Element", "ParseError"})


def _formats_by_others_word(node: ast.AST) -> bool:
    """`format` on anything but a text that stands there, or a constant, which has a name in capitals."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
        return False
    template = node.func.value
    fixed = isinstance(template, ast.Constant) or (isinstance(template, ast.Name) and template.id.isupper())
    return node.func.attr in {"format", "format_map"} and not fixed


def _guesses_secrets(node: ast.AST) -> bool:
    """`random` is for jitter, which `uniform` makes: `secrets` is for what nobody may guess."""
    return _called(node).startswith("random.") and _called(node) not in {"random.uniform", "random.random"}


def _trusts_a_weak_hash(node: ast.AST) -> bool:
    weak = {"hashlib.md5", "hashlib.sha1", "hashes.MD5", "hashes.SHA1", "hashlib.new"}
    return _called(node) in weak and _keywords(node).get("usedforsecurity") != "False"


def _encrypts_by_hand(node: ast.AST) -> bool:
    """Block modes without authentication, and paddings that have oracles."""
    ends = ("modes.ECB", "modes.CBC", "modes.CTR", "modes.CFB", "modes.OFB", "padding.PKCS1v15", "Cipher")
    return _called(node).endswith(ends)


def _trusts_any_certificate(node: ast.AST) -> bool:
    if _called(node) == "ssl._create_unverified_context" or _keywords(node).get("verify") == "False":
        return True
    written = ast.unparse(node) if isinstance(node, ast.Assign) else ""
    return written.endswith((".check_hostname = False", ".verify_mode = ssl.CERT_NONE"))


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "runs text as code": _runs_text,
        "asks a shell": _asks_a_shell,
        "reads objects from bytes": _unpickles,
        "parses XML with its entities": _parses_entities,
        "formats by a text that others may have written": _formats_by_others_word,
        "takes secrets from a generator that can be guessed": _guesses_secrets,
        "trusts a weak hash": _trusts_a_weak_hash,
        "encrypts by hand": _encrypts_by_hand,
        "trusts any certificate": _trusts_any_certificate,
    }
)
"""What is forbidden, and what sees it."""
