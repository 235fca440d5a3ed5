"""The weaknesses a port scan can see."""

from services.executors.domain import Severity
from services.executors.engine import Check

CLEARTEXT_FTP = Check(
    id="ports.cleartext-ftp",
    title="FTP without encryption",
    description="An FTP server refuses AUTH TLS: passwords and files travel readable.",
    severity=Severity.MEDIUM,
    cvss_vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N",
    cwe=(319,),
    remediation="Replace FTP by SFTP, or require FTP over TLS (RFC 4217), or close the port.",
    references=("https://www.rfc-editor.org/rfc/rfc4217", "https://cwe.mitre.org/data/definitions/319.html"),
)

CLEARTEXT_TELNET = Check(
    id="ports.cleartext-telnet",
    title="Telnet exposed",
    description="A telnet server answers: whoever is on the way reads the session and can take it over.",
    severity=Severity.HIGH,
    cvss_vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=(319,),
    remediation="Turn telnet off and use SSH.",
    references=("https://cwe.mitre.org/data/definitions/319.html",),
)

SSH_PROTOCOL_1 = Check(
    id="ports.ssh-protocol-1",
    title="SSH protocol 1 offered",
    description="The SSH server still offers protocol 1, whose integrity check and key exchange are broken.",
    severity=Severity.HIGH,
    cvss_vector="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=(327,),
    remediation="Allow protocol 2 only (RFC 4253 §5.1), which every client of this century speaks.",
    references=("https://www.rfc-editor.org/rfc/rfc4253#section-5",),
)

BANNER_VERSION = Check(
    id="ports.banner-version",
    title="Service banner tells its version",
    description="The greeting names software and version, which spares an attacker the search for flaws.",
    severity=Severity.INFO,
    cwe=(200,),
    remediation="Configure a greeting without product and version, and keep the software current regardless.",
    references=("https://cwe.mitre.org/data/definitions/200.html",),
)

CHECKS = (CLEARTEXT_FTP, CLEARTEXT_TELNET, SSH_PROTOCOL_1, BANNER_VERSION)
"""All of them."""
