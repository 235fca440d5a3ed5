"""nmap's XML report (nmap.dtd, nmap.org/book/nmap-dtd.html) read as what it is: output of a hostile conversation."""

import io
from collections.abc import Iterator
from ipaddress import ip_address
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from services.executors.domain import ExecutorError, Service
from services.executors.engine import printable

MAX_BYTES = 16 * 1024 * 1024
"""A longer report is refused unread."""

_TEXT = 512


class BadReport(ExecutorError):
    """What came is no nmap report, or one that nobody should read."""


def parse(xml: bytes) -> tuple[Service, ...]:
    """Return the open TCP ports of a report, host by host.

    Raises `BadReport` for more than `MAX_BYTES`, entities or external references of any kind, and malformed
    XML.
    """
    if len(xml) > MAX_BYTES:
        raise BadReport(f"the nmap report has {len(xml)} bytes: at most {MAX_BYTES}")
    try:
        return tuple(_services(xml))
    except DefusedXmlException as error:
        raise BadReport("the nmap report declares entities or refers to other documents") from error
    except (ParseError, ValueError) as error:
        raise BadReport("the nmap report is not well-formed") from error


def _services(xml: bytes) -> Iterator[Service]:
    """Take one host at a time, and let go of it before the next."""
    root = None
    for event, element in iterparse(io.BytesIO(xml), events=("start", "end")):
        if root is None:
            root = element
            if root.tag != "nmaprun":
                raise ValueError("no nmaprun")
        if event == "end" and element.tag == "host":
            yield from _host(element)
            root.clear()


def _host(host: Element) -> Iterator[Service]:
    address = next(
        (element.get("addr", "") for element in host.iter("address") if element.get("addrtype") in ("ipv4", "ipv6")),
        None,
    )
    if address is None:
        return
    for port in host.iter("port"):
        state = port.find("state")
        if state is not None and state.get("state") == "open" and port.get("protocol") == "tcp":
            yield service_of(str(ip_address(address)), port)


def service_of(address: str, port: Element) -> Service:
    """Return what a `port` element says of the service behind it; raises `ValueError` without a port's number."""
    number = int(port.get("portid", ""))
    found = port.find("service")
    service = Element("service") if found is None else found
    name = service.get("name", "")
    tls = service.get("tunnel") == "ssl" or name in ("https", "ssl")
    product = " ".join(filter(None, (service.get("product"), service.get("version"))))
    return Service(
        address=address,
        port=number,
        name="https" if tls and name == "http" else printable(name, _TEXT),
        banner=printable(service.get("extrainfo", ""), _TEXT),
        tls=tls,
        product=printable(product, _TEXT),
    )
