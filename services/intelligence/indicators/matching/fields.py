"""Which fields of events hold what, by the names that OCSF, Windows, Zeek and Suricata give them.

Sources: OCSF 1.x objects (`network_endpoint`, `file`, `fingerprint`, `url`, `email`); Sysmon 15 and Windows Security
events; Zeek 7 logs; Suricata 7 EVE. Events are flat: the path of a nested value is joined with dots.
"""

from collections.abc import Mapping
from enum import Enum

from services.intelligence.indicators.observables import Kind


class Holds(Enum):
    """What a field holds, and so how it is looked at."""

    ADDRESS = "address"
    HOST = "host"  # a name or an address, either with a port
    URL = "url"
    HASH = "hash"  # its length tells which
    IMPHASH = "imphash"
    HASHES = "hashes"  # Sysmon's SHA256=…,MD5=…,IMPHASH=…
    PATH = "path"  # and the file's name at its end
    EMAIL = "email"
    REGISTRY_KEY = "registry key"
    MUTEX = "mutex"
    USER_AGENT = "user agent"
    ASN = "autonomous system"

    __hash__ = object.__hash__


KIND_OF_TEXT: Mapping[Holds, Kind] = {
    Holds.EMAIL: Kind.EMAIL,
    Holds.REGISTRY_KEY: Kind.REGISTRY_KEY,
    Holds.MUTEX: Kind.MUTEX,
    Holds.USER_AGENT: Kind.USER_AGENT,
    Holds.ASN: Kind.ASN,
}
"""The kinds that are compared as they are, once normal."""

_OCSF = {
    Holds.ADDRESS: "src_endpoint.ip dst_endpoint.ip device.ip proxy.ip load_balancer.ip dst_endpoint.intermediate_ips"
    " src_endpoint.intermediate_ips answers.rdata connection_info.src_ip connection_info.dst_ip",
    Holds.HOST: "src_endpoint.hostname dst_endpoint.hostname src_endpoint.domain dst_endpoint.domain query.hostname"
    " http_request.url.hostname url.hostname url.domain tls.sni device.hostname",
    Holds.URL: "http_request.url.url_string http_request.referrer url.url_string email.urls",
    Holds.HASH: "file.hashes.value file.hash process.file.hashes.value actor.process.file.hashes.value"
    " tls.certificate.fingerprints.value tls.ja3_hash.value tls.ja3s_hash.value module.file.hashes.value",
    Holds.PATH: "file.path file.name process.file.path process.file.name actor.process.file.path module.file.path",
    Holds.EMAIL: "email.from email.to email.cc email.reply_to email.smtp_from email.smtp_to actor.user.email_addr"
    " user.email_addr",
    Holds.REGISTRY_KEY: "reg_key.path reg_value.path",
    Holds.USER_AGENT: "http_request.user_agent",
    Holds.ASN: "src_endpoint.autonomous_system.number dst_endpoint.autonomous_system.number",
}
_WINDOWS = {
    Holds.ADDRESS: "SourceIp DestinationIp IpAddress SourceAddress DestAddress ClientAddress ClientIP",
    Holds.HOST: "QueryName DestinationHostname SourceHostname WorkstationName",
    Holds.URL: "url Url RemoteName",
    Holds.HASH: "Hash md5 sha1 sha256 MD5 SHA1 SHA256",
    Holds.IMPHASH: "Imphash imphash",
    Holds.HASHES: "Hashes",
    Holds.PATH: "Image ParentImage ImageLoaded TargetFilename SourceImage TargetImage NewProcessName ProcessName"
    " OriginalFileName ServiceFileName ObjectName",
    Holds.REGISTRY_KEY: "TargetObject ObjectPath",
    Holds.USER_AGENT: "UserAgent",
}
_ZEEK = {
    Holds.ADDRESS: "id.orig_h id.resp_h tx_hosts rx_hosts src dst client_addr host_addr assigned_addr",
    Holds.HOST: "query answers host server_name certificate.cn",
    Holds.URL: "referrer",
    Holds.HASH: "fingerprint cert_chain_fps ja3 ja3s",
    Holds.PATH: "filename",
    Holds.EMAIL: "mailfrom rcptto from to cc reply_to",
    Holds.USER_AGENT: "user_agent",
}
_SURICATA = {
    Holds.ADDRESS: "src_ip dest_ip dns.grouped.A dns.grouped.AAAA",
    Holds.HOST: "dns.rrname dns.query.rrname dns.answers.rdata dns.rdata http.hostname tls.sni dns.grouped.CNAME",
    Holds.URL: "http.url http.http_refer",
    Holds.HASH: "fileinfo.md5 fileinfo.sha1 fileinfo.sha256 tls.fingerprint tls.ja3.hash tls.ja3s.hash",
    Holds.PATH: "fileinfo.filename",
    Holds.EMAIL: "smtp.mail_from smtp.rcpt_to email.from email.to",
    Holds.USER_AGENT: "http.http_user_agent",
}

FIELDS: Mapping[str, Holds] = {
    field: holds
    for source in (_WINDOWS, _ZEEK, _SURICATA, _OCSF)
    for holds, names in source.items()
    for field in names.split()
}
"""What each field that is looked at holds."""
