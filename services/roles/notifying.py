"""The part of the orchestrator that tells organizations what happens: a worker with a task queue of its own."""

from dataclasses import replace

from temporalio.client import Client
from temporalio.worker import Worker

from services.core.notifications.activities import NotificationActivities
from services.core.notifications.deliveries.domain import Patience
from services.core.notifications.issues.keeping import Keeping
from services.core.notifications.sending.mail import Mail
from services.core.notifications.sending.senders import Senders
from services.core.notifications.waking import Waking
from services.core.notifications.workflows import QUEUE, DeliverNotifications, NotifyOrganization
from services.executors.resolver import resolver_for
from services.mesh import temporal
from services.mesh.database import Database
from services.mesh.outbound import Outbound, Reach
from services.mesh.settings import Settings
from services.roles.outside import follow

# Each waits for the outside most of its time.
_AT_ONCE = 32
_MOST_OF_A_LIST = 8 * 1024 * 1024


def worker(settings: Settings, database: Database, client: Client) -> Worker:
    """Returns the worker.

    Args:
        settings: The process's settings.
        database: Where rules and deliveries are.
        client: Temporal.
    """
    reach = Reach(settings.allow_loopback_endpoints, settings.allow_private_endpoints)
    mail = Mail(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_security,
        settings.smtp_username,
        settings.smtp_password,
        settings.smtp_from,
    )
    outbound = Outbound(reach, resolver_for(settings.dns_resolver or None))
    keeping = Keeping(database, replace(outbound, most=_MOST_OF_A_LIST), follow, settings.issue_poll)
    senders = Senders(outbound, mail, keeping, settings.web_address)
    activities = NotificationActivities(database, Waking(client), senders, Patience(settings.notification_retry))
    workflows = [NotifyOrganization, DeliverNotifications]
    return temporal.worker(client, workflows, activities.all(), concurrent_activities=_AT_ONCE, task_queue=QUEUE)
