"""The certificate of the edge's TLS port: the operator's, or one for development that is made on the spot.

Envoy learns of a new one by itself: it watches the folder for renamed files (its file-based SDS), so a connection is
never refused for it. The development authority may vouch for no name but ``localhost`` (name constraints, RFC 5280
4.2.1.10), so that to trust it gives away little; addresses can't be named there, since gRPC knows no such constraint.
"""

import ipaddress
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from stack.components.environment import make_directory
from stack.errors import StackError
from stack.secret_files import write_secret
from stack.settings import StackSettings

LIFETIME = timedelta(days=90)
"""How long a development certificate is good; the next start after two thirds of it makes another."""

_AUTHORITY_LIFETIME = timedelta(days=3650)
_SKEW = timedelta(minutes=5)
_ADDRESSES = (ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("::1"))
_NAME = "localhost"
_OTHERS = 0o077
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class CertificateFiles:
    """PEM files: the chain, leaf first, and its key; ``watched`` is the folder in which a renamed file means news."""

    certificate: Path
    key: Path
    watched: Path


def files(settings: StackSettings) -> CertificateFiles:
    """The files that the edge shows, which need not exist yet.

    Raises:
        StackError: only one of ``XORB_TLS_CERTIFICATE`` and ``XORB_TLS_KEY`` is set.
    """
    certificate, key = (settings.environment.get(name) or "" for name in ("XORB_TLS_CERTIFICATE", "XORB_TLS_KEY"))
    if bool(certificate) != bool(key):
        raise StackError("XORB_TLS_CERTIFICATE and XORB_TLS_KEY belong together: set both or neither.")
    if certificate:
        chosen = Path(certificate).expanduser().absolute()
        return CertificateFiles(chosen, Path(key).expanduser().absolute(), chosen.parent)
    current = _folder(settings) / "current"
    return CertificateFiles(current / "certificate.pem", current / "key.pem", _folder(settings))


def authority_path(settings: StackSettings) -> Path:
    """The development authority's certificate, for ``XORB_CA_FILE`` and for browsers."""
    return _folder(settings) / "authority.pem"


def prepare(settings: StackSettings) -> None:
    """Make sure that the files are there and fit each other.

    Raises:
        StackError: the operator's can't be read, don't fit each other, or the key is readable by others.
    """
    found = files(settings)
    if found.watched == _folder(settings):
        if not _fresh(found.certificate):
            renew(settings)
        return
    try:
        if found.key.stat().st_mode & _OTHERS:
            raise StackError(f"XORB_TLS_KEY: others can read {found.key}; `chmod 600` it.")
        leaf = x509.load_pem_x509_certificates(found.certificate.read_bytes())[0]
        key = serialization.load_pem_private_key(found.key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise StackError(f"XORB_TLS_CERTIFICATE and XORB_TLS_KEY can't be read: {error}") from None
    if leaf.public_key() != key.public_key():
        raise StackError(f"XORB_TLS_KEY: {found.key} is not the key of {found.certificate}.")


def renew(settings: StackSettings) -> None:
    """Make another development certificate; a running edge shows it to whoever connects from then on."""
    folder = make_directory(_folder(settings))
    authority, authority_key = _authority(settings)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf(authority, authority_key, key.public_key())
    version = make_directory(folder / f"{leaf.serial_number:x}")
    write_secret(version / "key.pem", _private(key))
    write_secret(version / "certificate.pem", _public(leaf))
    before = (folder / "current").resolve()
    draft = folder / f".current.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(version.name)
    # Certificate and key change in one step, so that they always fit each other.
    draft.replace(folder / "current")
    _forget(folder, keep={version, before})


def _folder(settings: StackSettings) -> Path:
    return settings.secrets / "edge"


def _fresh(certificate: Path) -> bool:
    if not certificate.exists():
        return False
    leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    return leaf.not_valid_after_utc - datetime.now(UTC) > LIFETIME / 3


def _forget(folder: Path, keep: set[Path]) -> None:
    for old in folder.iterdir():
        if old.is_dir() and not old.is_symlink() and old not in keep:
            for file in old.iterdir():
                file.unlink()
            old.rmdir()


def _authority(settings: StackSettings) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    kept, kept_key = authority_path(settings), _folder(settings) / "authority_key.pem"
    if kept.exists():
        loaded = serialization.load_pem_private_key(kept_key.read_bytes(), None)
        if not isinstance(loaded, ec.EllipticCurvePrivateKey):
            raise StackError(f"{kept_key} is not the key that was made here: remove {kept}.")
        return x509.load_pem_x509_certificate(kept.read_bytes()), loaded
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "XORB development authority")])
    made = (
        _unsigned(name, name, key.public_key(), _AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints([x509.DNSName(_NAME)], None), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    write_secret(kept_key, _private(key))
    write_secret(kept, _public(made))
    return made, key


def _leaf(
    authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey, key: ec.EllipticCurvePublicKey
) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, _NAME)])
    names = [x509.DNSName(_NAME), *map(x509.IPAddress, _ADDRESSES)]
    return (
        _unsigned(name, authority.subject, key, LIFETIME)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lifetime: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + lifetime)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _private(key: ec.EllipticCurvePrivateKey) -> str:
    plain = serialization.NoEncryption()
    return key.private_bytes(_PEM, serialization.PrivateFormat.PKCS8, plain).decode()


def _public(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(_PEM).decode()
