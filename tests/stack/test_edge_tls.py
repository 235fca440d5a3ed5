"""The TLS port: TLS 1.3 or nothing, the same replies as the plain port, and new certificates without a lost request."""

import asyncio
import socket
import ssl
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import grpc.aio
import httpx
import pytest
import pytest_asyncio
from cryptography import x509
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, unix_serve

from stack.edge_certificates import LIFETIME, CertificateFiles, authority_path, files, prepare, renew
from stack.edge_headers import HEADERS
from stack.edge_tls import secured
from stack.errors import StackError
from stack.polling import until
from stack.secret_files import write_secret
from stack.settings import StackSettings, load
from tests.stack.edge_under_test import Edge, running
from tests.stack.probe import SERVICE

GET = b"GET /v1/things/a HTTP/1.1\r\nhost: localhost\r\n\r\n"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def under_test() -> AsyncIterator[Edge]:
    async with running() as edge:
        yield edge


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    return load({"XORB_HOME": str(tmp_path / "home")})


async def test_replies_come_over_tls_and_keep_browsers_there(under_test: Edge) -> None:
    response = await under_test.send(GET, tls=under_test.trusting())
    assert response.status == 200
    assert response.json()["name"] == "things/a"
    assert response.headers["strict-transport-security"] == "max-age=31536000"
    assert {key: response.headers[key] for key in HEADERS} == HEADERS
    missing = await under_test.send(GET.replace(b"things", b"nothing"), tls=under_test.trusting())
    assert (missing.status, missing.headers["strict-transport-security"]) == (404, "max-age=31536000")


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
async def test_older_tls_is_refused(under_test: Edge, version: ssl.TLSVersion) -> None:
    old = under_test.trusting()
    old.minimum_version, old.maximum_version = ssl.TLSVersion.MINIMUM_SUPPORTED, version
    old.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        await under_test.send(GET, tls=old)


async def test_plain_text_on_the_tls_port_gets_no_answer(under_test: Edge) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", under_test.tls_port)
    writer.write(GET)
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()


@pytest.mark.parametrize(
    ("offered", "chosen"), [(["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1"), (["spdy/3"], None)]
)
async def test_the_protocol_is_negotiated(under_test: Edge, offered: list[str], chosen: str | None) -> None:
    def ask() -> tuple[str | None, str | None]:
        with (
            socket.create_connection(("127.0.0.1", under_test.tls_port), 5) as plain,
            under_test.trusting(*offered).wrap_socket(plain, server_hostname="127.0.0.1") as secure,
        ):
            return secure.selected_alpn_protocol(), secure.version()

    assert await asyncio.to_thread(ask) == (chosen, "TLSv1.3")


async def test_grpc_over_tls(under_test: Edge) -> None:
    authority = authority_path(under_test.settings).read_bytes()
    credentials = grpc.ssl_channel_credentials(authority)
    thing = under_test.probe.messages["xorb.probe.v1.Thing"].FromString
    request = under_test.probe.make("GetThingRequest", name="things/t").SerializeToString()
    async with grpc.aio.secure_channel(f"localhost:{under_test.tls_port}", credentials) as channel:
        call: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(f"/{SERVICE}/GetThing")
        assert "things/t" in str(thing(await call(request, timeout=5)))


async def test_websockets_over_tls(under_test: Edge) -> None:
    async def echo(socket: ServerConnection) -> None:
        async for message in socket:
            await socket.send(message)

    url = f"wss://localhost:{under_test.tls_port}/v1/things/a:watch"
    async with (
        unix_serve(echo, str(under_test.run / "bridge.sock")),
        connect(url, ssl=under_test.trusting(), proxy=None) as socket,
    ):
        await socket.send("hello")
        assert await asyncio.wait_for(socket.recv(), 5) == "hello"


async def test_a_guarded_method_over_tls_wants_a_token(under_test: Edge) -> None:
    """The keys that verify it are the listener's own."""
    guarded = GET.replace(b"/v1/things", b"/v1/guarded/things")
    assert (await under_test.send(guarded, tls=under_test.trusting())).status == 401
    signed_in = guarded.replace(b"\r\n\r\n", f"\r\nauthorization: Bearer {under_test.token()}\r\n\r\n".encode())
    assert (await under_test.send(signed_in, tls=under_test.trusting())).status == 200


async def test_a_new_certificate_is_shown_without_a_lost_request(under_test: Edge) -> None:
    shown = {await serial(under_test)}
    done, statuses = asyncio.Event(), list[int]()

    async def ask() -> None:
        context = under_test.trusting()
        url = f"https://localhost:{under_test.tls_port}/v1/things/a"
        while not done.is_set():
            async with httpx.AsyncClient(verify=context, trust_env=False) as client:
                statuses.extend([(await client.get(url)).status_code for _ in range(5)])

    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(ask())
        for _ in range(3):
            await asyncio.to_thread(renew, under_test.settings)

            async def is_shown() -> bool:
                return await serial(under_test) not in shown

            await until(is_shown, 10)
            shown.add(await serial(under_test))
        done.set()
    assert len(shown) == 4
    assert len(statuses) >= 20
    assert set(statuses) == {200}
    kept = [path for path in authority_path(under_test.settings).parent.iterdir() if path.is_dir()]
    assert len(kept) <= 3


async def serial(edge: Edge, trusted: ssl.SSLContext | None = None) -> int:
    """Of the certificate that is shown to whoever connects now."""
    context = trusted or edge.trusting()

    def ask() -> int:
        with (
            socket.create_connection(("127.0.0.1", edge.tls_port), 5) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as secure,
        ):
            return x509.load_der_x509_certificate(secure.getpeercert(True) or b"").serial_number

    return await asyncio.to_thread(ask)


def test_keys_are_their_owners(settings: StackSettings) -> None:
    prepare(settings)
    folder = authority_path(settings).parent
    for path in (*folder.rglob("*.pem"), files(settings).key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_development_certificate_is_kept_and_short(settings: StackSettings) -> None:
    prepare(settings)
    made = files(settings).certificate.read_bytes()
    prepare(settings)
    assert files(settings).certificate.read_bytes() == made
    [leaf] = x509.load_pem_x509_certificates(made)
    authority = x509.load_pem_x509_certificate(authority_path(settings).read_bytes())
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc < LIFETIME * 1.1
    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints).value
    assert [name.value for name in constraints.permitted_subtrees or ()] == ["localhost"]


def operators(settings: StackSettings, tmp_path: Path) -> CertificateFiles:
    """Files as an operator has them."""
    prepare(settings)
    made = files(settings)
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate.write_bytes(made.certificate.read_bytes())
    key.write_bytes(made.key.read_bytes())
    key.chmod(0o600)
    return CertificateFiles(certificate, key, tmp_path)


def test_the_operators_certificate_is_taken(settings: StackSettings, tmp_path: Path) -> None:
    theirs = operators(settings, tmp_path)
    named = {"XORB_TLS_CERTIFICATE": str(theirs.certificate), "XORB_TLS_KEY": str(theirs.key)}
    chosen = load({"XORB_HOME": str(tmp_path / "other"), **named})
    prepare(chosen)
    assert files(chosen) == theirs
    assert not authority_path(chosen).exists()


async def test_the_operators_next_certificate_is_renamed_over_the_last(settings: StackSettings, tmp_path: Path) -> None:
    theirs = operators(settings, tmp_path)
    trusted = ssl.create_default_context(cafile=str(authority_path(settings)))
    async with running(XORB_TLS_CERTIFICATE=str(theirs.certificate), XORB_TLS_KEY=str(theirs.key)) as edge:
        first = await serial(edge, trusted)
        renew(settings)
        made = files(settings)
        # The key first: until its certificate follows, the edge shows the last one.
        for new, old in ((made.key, theirs.key), (made.certificate, theirs.certificate)):
            draft = old.with_suffix(".draft")
            write_secret(draft, new.read_text("utf-8"))
            draft.replace(old)
            if old == theirs.key:
                assert await serial(edge, trusted) == first

        async def is_shown() -> bool:
            return await serial(edge, trusted) != first

        await until(is_shown, 10)


def test_what_is_wrong_with_a_certificate_is_said(settings: StackSettings, tmp_path: Path) -> None:
    theirs = operators(settings, tmp_path)
    named = {"XORB_TLS_CERTIFICATE": str(theirs.certificate), "XORB_TLS_KEY": str(theirs.key)}
    with pytest.raises(StackError, match="belong together"):
        prepare(load({"XORB_TLS_KEY": str(theirs.key)}))
    theirs.key.chmod(0o640)
    with pytest.raises(StackError, match="others can read"):
        prepare(load(named))
    theirs.key.chmod(0o600)
    renew(settings)
    theirs.certificate.write_bytes(files(settings).certificate.read_bytes())
    with pytest.raises(StackError, match="is not the key of"):
        prepare(load(named))
    theirs.certificate.unlink()
    with pytest.raises(StackError, match="can't be read"):
        prepare(load(named))


def test_hsts_is_a_number(settings: StackSettings) -> None:
    plain = {"name": "x", "address": {"socket_address": {}}, "filter_chains": [{"filters": [{"typed_config": {}}]}]}
    wrong = load({"XORB_HOME": str(settings.home), "XORB_HSTS_SECONDS": "a year"})
    with pytest.raises(StackError, match="XORB_HSTS_SECONDS"):
        secured(plain, wrong)
