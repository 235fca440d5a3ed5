"""Findings are found by their words, as they are now."""

from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from xorb.core.v1.finding_pb2 import Finding, ListFindingsRequest, UpdateFindingRequest

from services.core.findings.search import store as listing
from services.mesh.errors import Reason
from tests.core.findings.conftest import Client
from tests.core.findings.messages import sighting


async def titles(client: Client, query: str, **request: Any) -> list[str]:
    """The titles of the findings with all words of a query, over all pages."""
    found, token = [], ""
    while True:
        wanted = ListFindingsRequest(parent=client.tenant.name, query=query, page_token=token, **request)
        page = await client.tenant.call(client.findings.ListFindings, wanted)
        found += [finding.title for finding in page.findings]
        token = page.next_page_token
        if not token:
            return found


async def seen(client: Client, *names: str) -> None:
    for number, name in enumerate(names):
        await client.record(sighting(client.tenant, title=name, location=f"https://www.example.com/{number}/{name}"))


async def test_all_words_have_to_be_there_in_whatever_field_and_case(client: Client) -> None:
    one = sighting(client.tenant, title="OpenSSL bleeds", cves=["CVE-2014-0160"], cwes=[126], description="Heartbleed")
    await client.record(one)
    await seen(client, "Openssl is old")
    assert await titles(client, "openssl") == ["Openssl is old", "OpenSSL bleeds"]
    assert await titles(client, "HEARTBLEED openssl") == ["OpenSSL bleeds"]
    assert await titles(client, "CVE-2014-0160 CWE-126") == ["OpenSSL bleeds"]
    assert await titles(client, "openssl nothing") == []
    assert await titles(client, " . ") == await titles(client, "")
    assert await titles(client, "openssl", filter='title:"old"') == ["Openssl is old"]
    assert await titles(client, "openssl", order_by="title desc") == ["Openssl is old", "OpenSSL bleeds"]


async def test_words_that_a_finding_has_no_more_don_t_find_it(client: Client) -> None:
    finding = await client.seen(title="Frail cipher", description="")
    request = UpdateFindingRequest(
        finding=Finding(name=finding.name, title="Strong cipher"), update_mask=FieldMask(paths=["title"])
    )
    await client.tenant.call(client.findings.UpdateFinding, request)
    assert await titles(client, "strong cipher") == ["Strong cipher"]
    assert await titles(client, "frail") == []


async def test_others_findings_are_not_found(client: Client, stranger: Client) -> None:
    await seen(client, "Secret canary")
    assert await titles(stranger, "canary") == []


async def test_common_words_are_read_page_by_page(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for batch in ("abc", "def", "gh"):
        await client.record(*(sighting(client.tenant, title=f"Frail {name}", location=name) for name in batch))
    newest = await titles(client, "frail")
    monkeypatch.setattr(listing, "FEW", 2)
    assert len(newest) == 8
    assert await titles(client, "frail", page_size=1) == newest
    assert await titles(client, "frail", filter='title="*d"') == ["Frail d"]
    assert await titles(client, "frail g") == ["Frail g"]
    refused = await client.tenant.refused(
        client.findings.ListFindings, ListFindingsRequest(parent=client.tenant.name, query="frail", order_by="severity")
    )
    assert refused.reason is Reason.INVALID_ORDER
