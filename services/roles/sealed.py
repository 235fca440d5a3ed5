"""Every table with sealed columns, whichever plane it is of: what a rotation seals anew."""

from services.core.engagements import tables as engagements
from services.core.engagements.checklists import tables as checklists
from services.core.engagements.efforts import store as efforts
from services.core.findings import tables as findings
from services.core.findings.acceptances import tables as acceptances
from services.core.findings.attachments import store as attachments
from services.core.findings.notes import store as notes
from services.core.findings.overrides import store as overrides
from services.core.findings.retests import tables as retests
from services.core.imports import tables as imports
from services.core.notifications.channels import store as notification_channels
from services.core.reports import tables as reports
from services.core.scans import tables as scans
from services.mesh import idempotency
from services.mesh.encryption.resealing import SealedTable

SEALED = (
    *checklists.SEALED,
    *engagements.SEALED,
    *efforts.SEALED,
    *findings.SEALED,
    *imports.SEALED,
    *acceptances.SEALED,
    *retests.SEALED,
    *overrides.SEALED,
    *notification_channels.SEALED,
    *reports.SEALED,
    *notes.SEALED,
    *attachments.SEALED,
    *scans.SEALED,
    SealedTable(idempotency.KEYS, ("subject", "method", "request_id"), ("response",), plain=False, kept=True),
)
"""The tables; a test compares them with the schema."""
