"""Greetings of the services one meets, and of those one does not know."""

import pytest

from services.executors.engines.ports.banners import understand


@pytest.mark.parametrize(
    ("banner", "port", "name", "product"),
    [
        (b"SSH-2.0-OpenSSH_9.6p1 Debian-4\r\n", 22, "ssh", "OpenSSH 9.6p1"),
        (b"SSH-1.99-Cisco-1.25\r\n", 22, "ssh", "Cisco-1.25"),
        (b"220 (vsFTPd 2.3.4)\r\n", 2121, "ftp", "vsFTPd 2.3.4"),
        (b"220 ProFTPD 1.3.3c Server (ProFTPD) [192.0.2.1]\r\n", 21, "ftp", "ProFTPD 1.3.3c"),
        (b"220 Welcome\r\n", 21, "ftp", ""),
        (b"220 mail.example.com ESMTP Exim 4.94.2\r\n", 25, "smtp", "Exim 4.94.2"),
        (b"220 mail.example.com ESMTP Postfix\r\n", 25, "smtp", ""),
        (b"+OK Dovecot ready.\r\n", 110, "pop3", ""),
        (b"* OK [CAPABILITY IMAP4rev1] ready\r\n", 143, "imap", ""),
        (b"\xff\xfd\x18\xff\xfd\x20login: ", 23, "telnet", ""),
        (b"RFB 003.008\n", 5900, "vnc", ""),
        (b"J\x00\x00\x00\x0a8.0.36-28\x00\x08\x00", 3306, "mysql", "MySQL 8.0.36-28"),
        (b"HTTP/1.1 200 OK\r\nServer: nginx/1.25.3\r\n\r\n", 80, "http", "nginx/1.25.3"),
        (b"HTTP/1.1 200 OK\r\n\r\n", 80, "http", ""),
        (b"<html>Error: Bad HTTP/0.9 request</html>", 80, "", ""),
        (b"something 1.2.3", 9999, "", ""),
        (b"", 80, "", ""),
    ],
)
def test_a_greeting_is_understood(banner: bytes, port: int, name: str, product: str) -> None:
    greeting = understand(banner, port)
    assert (greeting.name, greeting.product) == (name, product)
