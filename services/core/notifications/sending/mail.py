"""E-mail: a message for each recipient, as plain text and as HTML, over SMTP with TLS."""

import asyncio
import html
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial

from services.core.notifications.channels.domain import Opened
from services.core.notifications.deliveries.domain import Delivery
from services.core.notifications.sending.notice import Notice, notice
from services.core.notifications.sending.outcome import RefusedError

_SECONDS = 15.0
_PERMANENT = 500


@dataclass(frozen=True)
class Mail:
    """The operator's SMTP server.

    Args:
        host: Its name; where empty, no e-mail is sent.
        port: Its port.
        security: `starttls`, `tls`, or `none` for a server on this machine.
        username: Whom to sign in as; nobody where empty.
        password: Their password.
        sender: Whom messages are from.
        context: What verifies the server; the system's authorities where it isn't given.
    """

    host: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    async def send(self, opened: Opened, delivery: Delivery, web_address: str) -> None:
        """Sends a delivery to all recipients; one that has it already gets it again, with the same Message-ID.

        Raises:
            RefusedError: The server isn't there, or refuses one of them.
        """
        if not self.host or not self.sender:
            raise RefusedError("no e-mail is sent here: the operator hasn't set up SMTP", final=True)
        messages = [
            message(delivery, notice(delivery, web_address), self.sender, recipient, number)
            for number, recipient in enumerate(opened.channel.texts("recipients"))
        ]
        await asyncio.to_thread(partial(self._send, messages))

    def _send(self, messages: Sequence[EmailMessage]) -> None:
        try:
            with self._connected() as server:
                for one in messages:
                    server.send_message(one)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            final = all(code >= _PERMANENT for code in codes)
            raise RefusedError(f"the SMTP server refuses a recipient ({codes[0]})", final=final) from None
        except smtplib.SMTPResponseException as error:
            raise RefusedError(f"the SMTP server answered with {error.smtp_code}") from None
        except ssl.SSLError:
            raise RefusedError("TLS with the SMTP server failed") from None
        except (smtplib.SMTPException, OSError) as error:
            raise RefusedError(f"the SMTP server doesn't answer as it should ({type(error).__name__})") from None

    def _connected(self) -> smtplib.SMTP:
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=_SECONDS, context=self.context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
        try:
            if self.security == "starttls":
                server.starttls(context=self.context)
            if self.username:
                server.login(self.username, self.password)
        except BaseException:
            server.close()
            raise
        return server


def message(delivery: Delivery, told: Notice, sender: str, recipient: str, number: int) -> EmailMessage:
    """Returns the message for one recipient. A header with a line break in it is refused by the library as well."""
    made = EmailMessage()
    made["Subject"] = f"[XORB] {told.title}"
    made["From"] = sender
    made["To"] = recipient
    made["Date"] = format_datetime(delivery.created_at)
    made["Message-ID"] = f"<{delivery.id}.{number}@{sender.rpartition('@')[2].rstrip('>')}>"
    # RFC 3834: nobody's automatic answer comes back.
    made["Auto-Submitted"] = "auto-generated"
    made["X-XORB-Delivery"] = str(delivery.id)
    made.set_content(told.text())
    made.add_alternative(_html(told), subtype="html")
    return made


def _html(told: Notice) -> str:
    facts = [
        f"<tr><th align='left'>{html.escape(label)}</th><td>{html.escape(value)}</td></tr>"
        for label, value in told.facts
    ]
    lines = [f"<li>{html.escape(line)}</li>" for line in told.lines]
    parts = [
        f"<p><strong>{html.escape(told.title)}</strong></p>",
        f"<table>{''.join(facts)}</table>" if facts else "",
        f"<ul>{''.join(lines)}</ul>" if lines else "",
        f"<p>and {told.more:,} more</p>" if told.more else "",
        f'<p><a href="{html.escape(told.link)}">Open in XORB</a></p>' if told.link else "",
    ]
    return f'<!doctype html><html lang="en"><body>{"".join(parts)}</body></html>'
