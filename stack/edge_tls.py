"""The edge's TLS port: the plain listener once more, behind TLS 1.3 and with HSTS."""

import copy
from pathlib import Path
from typing import Any

from stack.edge_bounds import bounds
from stack.edge_certificates import CertificateFiles
from stack.errors import StackError
from stack.settings import StackSettings

Fragment = dict[str, Any]

_TYPE = "type.googleapis.com/envoy."
_TLS = f"{_TYPE}extensions.transport_sockets.tls.v3"
_SECRET = "edge"  # noqa: S105  its name
_YEAR = 365 * 24 * 60 * 60


def secured(listener: Fragment, settings: StackSettings) -> Fragment:
    """The TLS listener to a plain one: the same filters, another port.

    Raises:
        StackError: ``XORB_HSTS_SECONDS`` is no number of seconds.
    """
    made = copy.deepcopy(listener)
    made["name"] = f"{listener['name']}_tls"
    made["address"]["socket_address"]["port_value"] = settings.ports["XORB_GATEWAY_TLS_PORT"]
    [chain] = made["filter_chains"]
    chain["transport_socket"] = _transport_socket(settings)
    # Who opens a connection and does not say hello must not keep it.
    chain["transport_socket_connect_timeout"] = f"{bounds(settings).headers_seconds}s"
    manager = chain["filters"][0]["typed_config"]
    manager["stat_prefix"] = made["name"]
    header = {"key": "strict-transport-security", "value": f"max-age={_hsts(settings)}"}
    mutations = manager["http_filters"][0]["typed_config"]["mutations"]["response_mutations"]
    mutations.append({"append": {"header": header, "append_action": "OVERWRITE_IF_EXISTS_OR_ADD"}})
    return made


def sds_path(settings: StackSettings) -> Path:
    """The file that tells Envoy where the certificate is."""
    return settings.home / "envoy" / "tls.json"


def sds(files: CertificateFiles) -> Fragment:
    """Content of that file: a ``DiscoveryResponse`` of one secret (Envoy, file-based SDS)."""
    certificate = {
        "certificate_chain": {"filename": str(files.certificate)},
        "private_key": {"filename": str(files.key)},
        "watched_directory": {"path": str(files.watched)},
    }
    return {"resources": [{"@type": f"{_TLS}.Secret", "name": _SECRET, "tls_certificate": certificate}]}


def _transport_socket(settings: StackSettings) -> Fragment:
    source = {"path_config_source": {"path": str(sds_path(settings))}, "resource_api_version": "V3"}
    common = {
        "tls_params": {
            "tls_minimum_protocol_version": "TLSv1_3",
            "tls_maximum_protocol_version": "TLSv1_3",
            # What is recorded today shall not be read by a quantum computer later.
            "ecdh_curves": ["X25519MLKEM768", "X25519", "P-256"],
        },
        "alpn_protocols": ["h2", "http/1.1"],
        "tls_certificate_sds_secret_configs": [{"name": _SECRET, "sds_config": source}],
    }
    return {
        "name": "envoy.transport_sockets.tls",
        "typed_config": {"@type": f"{_TLS}.DownstreamTlsContext", "common_tls_context": common},
    }


def _hsts(settings: StackSettings) -> int:
    text = settings.environment.get("XORB_HSTS_SECONDS") or str(_YEAR)
    if not text.isascii() or not text.isdigit():
        raise StackError(f"XORB_HSTS_SECONDS must be a number of seconds, but is {text!r}")
    return int(text)
