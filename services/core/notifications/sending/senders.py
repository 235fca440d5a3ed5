"""Sends by whatever kind of channel it is."""

from dataclasses import dataclass
from datetime import datetime

from services.core.notifications.channels.domain import Kind, Opened
from services.core.notifications.deliveries.domain import Delivery
from services.core.notifications.issues.keeping import Keeping
from services.core.notifications.sending import chat, webhook
from services.core.notifications.sending.mail import Mail
from services.core.notifications.sending.outcome import RefusedError
from services.mesh.calls import Call
from services.mesh.outbound import Outbound, UndeliveredError


@dataclass(frozen=True)
class Senders:
    """The ways out.

    Args:
        outbound: Sends requests to addresses that may be.
        mail: The operator's SMTP server.
        keeping: Keeps issues in step with findings.
        web_address: The base URL of the pages that browsers show.
    """

    outbound: Outbound
    mail: Mail
    keeping: Keeping
    web_address: str

    async def send(self, call: Call, opened: Opened, delivery: Delivery, now: datetime) -> None:
        """Sends a delivery by its channel.

        Args:
            call: For whom rows are read and written on the way.
            opened: The channel.
            delivery: What to send.
            now: The time.

        Raises:
            RefusedError: It wasn't taken.
        """
        try:
            await self._send(call, opened, delivery, now)
        except UndeliveredError as error:
            raise RefusedError(str(error)) from error

    async def _send(self, call: Call, opened: Opened, delivery: Delivery, now: datetime) -> None:
        kind = opened.channel.kind
        if kind is Kind.WEBHOOK:
            await webhook.send(self.outbound, opened, delivery, now)
        elif kind is Kind.EMAIL:
            await self.mail.send(opened, delivery, self.web_address)
        elif kind in {Kind.SLACK, Kind.TEAMS}:
            await chat.send(self.outbound, opened, delivery, self.web_address)
        else:
            link = f"{self.web_address.rstrip('/')}/{delivery.resource}"
            await self.keeping.send(call, opened, delivery, link)
