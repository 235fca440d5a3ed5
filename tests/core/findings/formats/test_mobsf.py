"""MobSF's and mobsfscan's files."""

import pytest

from services.core.findings.domain import Severity
from services.core.findings.formats.kernel.locations import Code, Resource
from services.core.findings.formats.kernel.model import Tool
from tests.core.findings.formats.files import of_real_files, reported


def test_an_app_of_android() -> None:
    found = reported("mobsf/android.json")
    assert [one.check for one in found] == [
        "android.permission.READ_CONTACTS",
        "Application signed with debug certificate",
        "clear_text_traffic",
        "exported_activity",
        "Base config trusts user certificates",
        "stack_canary",
        "android_insecure_random",
        "android_insecure_random",
        "malicious-domain",
        "firebase-open",
        "hardcoded-secret",
    ]
    contacts, _, traffic, activity, _, canary, random, *_, secret = found
    assert contacts.tool == Tool("MobSF", "v4.0.6")
    assert {one.asset for one in found} == {"android/example.shop"}
    assert (contacts.severity, contacts.tool_severity) == (Severity.INFO, "dangerous")
    assert traffic.title == "Clear text traffic is Enabled For App [android:usesCleartextTraffic=true]"
    assert activity.location == Resource("Activity, example.shop.Pay", "android", "example.shop", kind="manifest")
    assert canary.location == Code("lib/arm64-v8a/libpay.so", repository="android/example.shop")
    assert random.location == Code("example/shop/Pay.java", 12, repository="android/example.shop")
    assert (random.cwes, random.severity, random.tool_severity) == ((330,), Severity.MEDIUM, "warning")
    assert secret.evidence == "0123… (32 characters)"


def test_an_app_of_ios_by_an_old_version() -> None:
    transport, binary, arc, log = reported("mobsf/ios-old.json")
    assert (transport.severity, transport.tool_severity) == (Severity.HIGH, "insecure")
    assert binary.title == "Binary makes use of insecure API(s): The binary may contain memcpy."
    assert (arc.check, arc.asset) == ("arc", "ios/example.shop")
    assert (log.severity, log.cwes) == (Severity.INFO, (532,))


def test_code_without_secrets() -> None:
    key, root = reported("mobsf/mobsfscan.json")
    assert (key.location, key.evidence) == (Code("app/src/main/java/Keys.kt", 10), "")
    assert (key.tool, key.tool_severity, key.severity) == (Tool("mobsfscan", "0.3.9"), "WARNING", Severity.MEDIUM)
    assert (root.check, root.location) == ("android_root_detection", Resource("app", kind="app"))


@of_real_files
@pytest.mark.parametrize(
    ("name", "count"), [("issue_9132.json", 74), ("many_findings_cwe_lower.json", 7), ("no_findings.json", 0)]
)
def test_real_files_are_read(name: str, count: int) -> None:
    """The other importer takes the files of a rule together, and lists what the app uses."""
    assert len(reported(f"real/mobsf/{name}")) == count
