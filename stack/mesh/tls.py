"""TLS of the mesh for Envoy: version 1.3, certificates on both sides, identities instead of host names.

Sources of the formats: Envoy's v3 API, ``extensions.transport_sockets.tls.v3``.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from stack.mesh import topology
from stack.secret_files import write_secret
from stack.settings import StackSettings

Fragment = dict[str, Any]

CERTIFICATE_FILE, KEY_FILE, AUTHORITY_FILE = "chain.pem", "key.pem", "authority.pem"
CURRENT = "current"
"""The link to the folder of the files in force; it is replaced whole."""

_TLS = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3"


def downstream(settings: StackSettings, role: str, callers: Sequence[str], protocol: str) -> Fragment:
    """The transport socket of an ingress: it wants a certificate of one of ``callers``."""
    return _socket("DownstreamTlsContext", _context(settings, role, callers, protocol))


def upstream(settings: StackSettings, role: str, called: str, protocol: str) -> Fragment:
    """The transport socket of whoever calls as ``role``: it wants a certificate of ``called``."""
    return _socket("UpstreamTlsContext", _context(settings, role, [called], protocol))


def write_secrets(settings: StackSettings) -> None:
    """Write the files by which Envoy finds certificates and keys (file-based SDS)."""
    for role in topology.IDENTITIES:
        write_secret(_sds_path(settings, role), json.dumps({"resources": [_certificate(settings, role)]}))
        write_secret(_authority_path(settings, role), json.dumps({"resources": [_authority(settings, role)]}))


def _socket(kind: str, context: Fragment) -> Fragment:
    config: Fragment = {"@type": f"{_TLS}.{kind}", "common_tls_context": context}
    if kind == "DownstreamTlsContext":
        config |= {
            "require_client_certificate": True,
            # A resumed session would outlive the certificate that it began with.
            "disable_stateless_session_resumption": True,
            "disable_stateful_session_resumption": True,
        }
    else:
        config |= {"max_session_keys": 0}
    return {"name": "envoy.transport_sockets.tls", "typed_config": config}


def _context(settings: StackSettings, role: str, peers: Sequence[str], protocol: str) -> Fragment:
    names = [{"san_type": "URI", "matcher": {"exact": topology.spiffe_id(settings, peer)}} for peer in peers]
    return {
        "tls_params": {"tls_minimum_protocol_version": "TLSv1_3", "tls_maximum_protocol_version": "TLSv1_3"},
        "alpn_protocols": [protocol],
        "tls_certificate_sds_secret_configs": [_config(role, _sds_path(settings, role))],
        "combined_validation_context": {
            "default_validation_context": {"match_typed_subject_alt_names": names},
            "validation_context_sds_secret_config": _config("authority", _authority_path(settings, role)),
        },
    }


def _config(name: str, path: Path) -> Fragment:
    return {"name": name, "sds_config": {"path_config_source": {"path": str(path)}, "resource_api_version": "V3"}}


def _certificate(settings: StackSettings, role: str) -> Fragment:
    folder = topology.certificates(settings) / role
    content: Fragment = {
        "certificate_chain": {"filename": str(folder / CURRENT / CERTIFICATE_FILE)},
        "private_key": {"filename": str(folder / CURRENT / KEY_FILE)},
        "watched_directory": {"path": str(folder)},
    }
    return {"@type": f"{_TLS}.Secret", "name": role, "tls_certificate": content}


def _authority(settings: StackSettings, role: str) -> Fragment:
    folder = topology.certificates(settings) / role
    content: Fragment = {
        "trusted_ca": {"filename": str(folder / CURRENT / AUTHORITY_FILE)},
        "watched_directory": {"path": str(folder)},
    }
    return {"@type": f"{_TLS}.Secret", "name": "authority", "validation_context": content}


def _sds_path(settings: StackSettings, role: str) -> Path:
    return topology.certificates(settings) / f"{role}.certificate.json"


def _authority_path(settings: StackSettings, role: str) -> Path:
    return topology.certificates(settings) / f"{role}.authority.json"
