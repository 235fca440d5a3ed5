"""E-mail over SMTP to a small server: what arrives, what is escaped, and what is refused."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from services.core.notifications.channels.domain import Channel, Kind, Opened
from services.core.notifications.sending.mail import Mail
from services.core.notifications.sending.outcome import RefusedError
from services.mesh import identifiers
from tests.core.notifications.sending.samples import NOW, digest, event

EVIL = '<script>alert("x")</script>\r\nBcc: victim@example.com'
WEB = "https://xorb.example"


@dataclass
class Server:
    """A server that speaks as much SMTP (RFC 5321) as is needed, with STARTTLS (RFC 3207) where it has a key."""

    context: ssl.SSLContext | None = None
    refuses: str = ""
    port: int = 0
    encrypted: bool = False
    messages: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serves one connection."""
        to: list[str] = []
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.upper()
            reply = b"250 OK\r\n"
            if verb.startswith("EHLO"):
                reply = b"250-here\r\n250 STARTTLS\r\n" if self.context and not self.encrypted else b"250 here\r\n"
            elif verb == "STARTTLS" and self.context:
                writer.write(b"220 go\r\n")
                await writer.start_tls(self.context)
                self.encrypted = True
                continue
            elif verb.startswith("RCPT"):
                to.append(line.partition("<")[2].partition(">")[0])
                reply = b"550 secret words\r\n" if self.refuses and self.refuses in line else reply
            elif verb == "DATA":
                writer.write(b"354 go\r\n")
                content = await reader.readuntil(b"\r\n.\r\n")
                message = message_from_bytes(content[:-5].replace(b"\r\n..", b"\r\n."), policy=policy.default)
                assert isinstance(message, EmailMessage)
                self.messages.append((to, message))
                to = []
            writer.write(b"221 bye\r\n" if verb == "QUIT" else reply)
            if verb == "QUIT":
                break
        writer.close()


@asynccontextmanager
async def smtp(server: Server) -> AsyncIterator[Server]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = listening.sockets[0].getsockname()[1]
    async with listening:
        yield server


def opened(*recipients: str) -> Opened:
    channel = Channel(identifiers.new(), "", Kind.EMAIL, False, False, {"recipients": recipients}, "", NOW, NOW)
    return Opened(channel, {})


def plain(server: Server) -> Mail:
    return Mail("127.0.0.1", server.port, "none", sender="XORB <xorb@example.com>")


async def test_each_recipient_gets_text_and_html_with_nothing_of_a_target_in_charge() -> None:
    made = event(EVIL)
    async with smtp(Server()) as server:
        await plain(server).send(opened("a@example.com", "b@example.com"), made, WEB)
    assert [to for to, _ in server.messages] == [["a@example.com"], ["b@example.com"]]
    (_, message), (_, other) = server.messages
    assert message["Bcc"] is None
    assert message["Subject"] == '[XORB] <script>alert("x")</script> Bcc: victim@example.com'
    assert message["Message-ID"] == f"<{made.id}.0@example.com>" != other["Message-ID"]
    assert (message["Auto-Submitted"], message["To"]) == ("auto-generated", "a@example.com")
    text, page = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert page is not None
    assert "Severity: HIGH" in text.get_content()
    assert "<script>" not in page.get_content()
    assert "&lt;script&gt;" in page.get_content()
    assert f'href="{WEB}/{made.resource}"' in page.get_content()


async def test_a_digest_is_one_message() -> None:
    async with smtp(Server()) as server:
        await plain(server).send(opened("a@example.com"), digest("Weak TLS", 30), WEB)
    ((_, message),) = server.messages
    text = message.get_body(("plain",))
    assert text is not None
    assert text.get_content().count("\n- ") == 20
    assert "and 10 more" in text.get_content()


async def test_what_is_refused_for_good_is_given_up_without_the_server_s_words() -> None:
    async with smtp(Server(refuses="gone@")) as server:
        with pytest.raises(RefusedError) as caught:
            await plain(server).send(opened("gone@example.com"), event("x"), WEB)
    assert caught.value.final
    assert str(caught.value) == "the SMTP server refuses a recipient (550)"


async def test_without_a_server_nothing_is_sent() -> None:
    with pytest.raises(RefusedError) as caught:
        await Mail().send(opened("a@example.com"), event("x"), WEB)
    assert caught.value.final
    with pytest.raises(RefusedError) as away:
        await Mail("127.0.0.1", 1, "none", sender="x@example.com").send(opened("a@example.com"), event("x"), WEB)
    assert not away.value.final


async def test_a_server_that_offers_no_tls_gets_nothing() -> None:
    async with smtp(Server()) as server:
        mail = Mail("127.0.0.1", server.port, "starttls", sender="x@example.com")
        with pytest.raises(RefusedError):
            await mail.send(opened("a@example.com"), event("x"), WEB)
    assert server.messages == []


def certificate(folder: Path) -> Path:
    """A key and a certificate of this machine in one file, which is its own authority."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "here")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(minutes=1)).not_valid_after(now + timedelta(hours=1))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem, private = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    file = folder / "here.pem"
    file.write_bytes(key.private_bytes(pem, private, serialization.NoEncryption()) + signed.public_bytes(pem))
    return file


async def test_messages_are_sent_over_tls_that_is_verified(tmp_path: Path) -> None:
    file = certificate(tmp_path)
    ours = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ours.load_cert_chain(file)
    trusting = ssl.create_default_context(cafile=str(file))
    async with smtp(Server(ours)) as server:
        mail = Mail("127.0.0.1", server.port, "starttls", sender="x@example.com", context=trusting)
        await mail.send(opened("a@example.com"), event("x"), WEB)
        assert server.encrypted
        assert len(server.messages) == 1
