"""Whoever asks Temporal before it is there is told what they are told when it has gone."""

import pytest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from services.mesh import temporal
from services.mesh.settings import read
from stack.ports import free_ports


@pytest.fixture
async def client() -> Client:
    [port] = free_ports(1)
    return await temporal.connect(read({"XORB_TEMPORAL_ADDRESS": f"127.0.0.1:{port}"}))


async def test_starting(client: Client) -> None:
    with pytest.raises(RPCError) as caught:
        await client.start_workflow("any", id="any", task_queue="any")
    assert caught.value.status is RPCStatusCode.UNAVAILABLE


async def test_telling_and_asking(client: Client) -> None:
    handle = client.get_workflow_handle("any")
    for asked in (handle.signal("any"), handle.describe()):
        with pytest.raises(RPCError) as caught:
            await asked
        assert caught.value.status is RPCStatusCode.UNAVAILABLE
