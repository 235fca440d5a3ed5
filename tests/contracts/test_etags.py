"""Every method that takes an etag refuses one that is old and changes nothing then; of two editors one is told.

Which methods those are comes from the descriptors alone, so one that is added is tested at once.
"""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.contracts.answers import Answer, over_grpc
from tests.contracts.catalogue import Entry, contracts, entries, request_for
from tests.contracts.conftest import Inhabited
from tests.e2e.platform import Platform

_STALE = '"AAAAAAAAAAAAAAAA"'
_ABORTED = 10
_OUTPUT = {"OUTPUT_ONLY", "IDENTIFIER", "IMMUTABLE", "INPUT_ONLY"}
_WORDS = ("First words", "Other words")
# Texts that somebody but people reads, the source of a rule among them.
_NO_WORDS = {"name", "etag", "text"}
_CHANGES = ("Update", "Delete")


def resource_field(entry: Entry) -> Any:
    """The field of a request to update that holds the resource; None where there is none."""
    name = entry.method.name
    if not name.startswith("Update"):
        return None
    found = [field for field in entry.request.DESCRIPTOR.fields if "etag" in _fields(field)]
    return found[0] if found else None


def _fields(field: Any) -> set[str]:
    return set() if field.message_type is None else set(field.message_type.fields_by_name)


def holder(entry: Entry, request: Message) -> Message:
    """What of a request holds its etag."""
    inner = resource_field(entry)
    held: Message = request if inner is None else getattr(request, inner.name)
    return held


def takes_etag(entry: Entry) -> bool:
    """Whether a method takes an etag."""
    return "etag" in entry.request.DESCRIPTOR.fields_by_name or resource_field(entry) is not None


WITH_ETAG = [entry for entry in entries() if takes_etag(entry) and not entry.method.internal]
UPDATES = [entry for entry in WITH_ETAG if resource_field(entry) is not None]


def getter(name: str) -> Entry:
    """The method that returns the resource of a name, by its form."""
    for entry in entries():
        bindings = entry.method.bindings
        if entry.method.name.startswith("Get") and bindings and _is_of(bindings[0].path, name):
            return entry
    raise LookupError(name)


def _is_of(path: str, name: str) -> bool:
    pattern = path.removeprefix("/v1/{name=").removesuffix("}").split("/")
    parts = name.split("/")
    return len(pattern) == len(parts) and all(one in ("*", other) for one, other in zip(pattern, parts, strict=True))


async def answered(platform: Platform, entry: Entry, request: Message, token: str) -> Message:
    """The response to a call that isn't refused."""
    method = platform.channel.unary_unary(
        entry.method.grpc_path, entry.request.SerializeToString, entry.response.FromString
    )
    response: Message = await method(request, metadata=[("authorization", f"Bearer {token}")], timeout=30)
    return response


async def read(platform: Platform, inhabited: Inhabited, name: str) -> Message:
    """A resource as it is now."""
    entry = getter(name)
    return await answered(platform, entry, entry.request(name=name), inhabited.owner.token)


def _words(entry: Entry) -> Iterator[Any]:
    """The fields of a resource that hold words which people write."""
    inner = resource_field(entry)
    message = contracts().message(inner.message_type.full_name)
    for field in message.fields:
        options = contracts().options(field)
        behaviors = set(options.get("[google.api.field_behavior]", ()))
        rules = options.get("[buf.validate.field]", {}).get("string", {})
        plain = set(rules) <= {"max_len", "min_len"} and not options.get("[google.api.resource_reference]")
        text = field.type == FieldDescriptor.TYPE_STRING and not field.is_repeated and field.containing_oneof is None
        if text and plain and not behaviors & _OUTPUT and field.name not in _NO_WORDS:
            yield field


def sample(entry: Entry, inhabited: Inhabited) -> tuple[Message, str]:
    """A request about a resource that exists, and the resource's name."""
    request = inhabited.existing(request_for(entry, str(inhabited.owner.identifier)))
    held = holder(entry, request)
    [field] = [name for name in ("name", "finding", "parent") if name in held.DESCRIPTOR.fields_by_name]
    return request, getattr(held, field)


def test_those_that_take_one_are_found() -> None:
    names = {entry.method.name for entry in WITH_ETAG}
    assert len(WITH_ETAG) >= 45
    assert {"UpdateFinding", "TriageFinding", "DeleteNote", "CloseEngagement", "OverrideSeverity"} <= names


def test_whatever_has_an_etag_and_is_changed_takes_one() -> None:
    """A resource with an etag is updated and deleted under it."""
    without = []
    for entry in entries():
        kind, bindings = entry.method.name, entry.method.bindings
        if not kind.startswith(_CHANGES) or not bindings or entry.method.external or takes_etag(entry):
            continue
        shown = [one for one in entries() if one.method.name == f"Get{kind[6:]}"]
        without += [str(entry) for one in shown if "etag" in one.response.DESCRIPTOR.fields_by_name]
    assert without == []


@pytest.mark.parametrize("entry", WITH_ETAG, ids=str)
async def test_an_old_one_is_refused_and_nothing_changes(
    platform: Platform, inhabited: Inhabited, entry: Entry
) -> None:
    request, name = sample(entry, inhabited)
    before = await read(platform, inhabited, name)
    if resource_field(entry) is not None:
        # What an editor sends back is what they have read.
        holder(entry, request).CopyFrom(before)
    holder(entry, request).etag = _STALE  # type: ignore[attr-defined]  # it has one
    answer = await over_grpc(platform.channel, entry, request, inhabited.owner.token)
    assert (answer.code, answer.reason) == (_ABORTED, "ETAG_MISMATCH"), answer
    assert "ETAG_MISMATCH" in entry.method.reasons
    assert await read(platform, inhabited, name) == before


@pytest.mark.parametrize("entry", [entry for entry in UPDATES if any(_words(entry))], ids=str)
async def test_of_two_editors_at_once_one_is_told_and_no_word_is_lost(
    platform: Platform, inhabited: Inhabited, entry: Entry
) -> None:
    _, name = sample(entry, inhabited)
    current, field = await read(platform, inhabited, name), next(_words(entry))
    written = [_edit(entry, current, field.name, words) for words in _WORDS]
    calls = (over_grpc(platform.channel, entry, one, inhabited.owner.token) for one in written)
    answers: list[Answer] = await asyncio.gather(*calls)
    assert sorted(answer.reason for answer in answers) == ["", "ETAG_MISMATCH"], answers
    [winner] = [words for words, answer in zip(_WORDS, answers, strict=True) if not answer.code]
    after = await read(platform, inhabited, name)
    assert getattr(after, field.name) == winner
    # Who was told reads again, and then gets through.
    again = _edit(entry, after, field.name, "All words")
    assert (await over_grpc(platform.channel, entry, again, inhabited.owner.token)).code == 0


def _edit(entry: Entry, current: Message, field: str, words: str) -> Message:
    """A request to change one field of what was read."""
    inner, request = resource_field(entry), entry.request()
    resource = getattr(request, inner.name)
    resource.CopyFrom(current)
    setattr(resource, field, words)
    request.update_mask.paths.append(field)  # type: ignore[attr-defined]  # requests to update have one
    return request
