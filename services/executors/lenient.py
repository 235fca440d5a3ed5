"""TLS without judgement: what a server offers is accepted, because it is looked at, not trusted."""

import ssl
from contextlib import suppress

_LEGACY_SERVER_CONNECT = 0x4  # SSL_OP_LEGACY_SERVER_CONNECT, unnamed in Python 3.11's ssl


def lenient_context() -> ssl.SSLContext:
    """Return a client context that takes any certificate, version and cipher."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.options |= _LEGACY_SERVER_CONNECT
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def client_hello(context: ssl.SSLContext) -> bytes:
    """Return the first message of a handshake, which every TLS server answers with a record of its own."""
    outgoing = ssl.MemoryBIO()
    connection = context.wrap_bio(ssl.MemoryBIO(), outgoing)
    with suppress(ssl.SSLWantReadError):
        connection.do_handshake()
    return outgoing.read()


def is_tls(answer: bytes) -> bool:
    """Tell whether `answer` begins a TLS record: a handshake or an alert, RFC 8446 §5.1."""
    return answer[:2] in (b"\x16\x03", b"\x15\x03")
