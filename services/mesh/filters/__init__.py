"""Filters in the language of AIP-160: one text, read once, that means the same to the database and to a watch.

    FIELDS = {
        "title": Field(FINDINGS.c.title, "text"),
        "severity": Field(FINDINGS.c.severity, "enum", values={"LOW": 1, "HIGH": 2}),
    }
    condition = to_sql('severity >= HIGH AND title:"tls"', FIELDS)
    matches = to_predicate('severity >= HIGH AND title:"tls"', FIELDS)

A restriction on an absent value is false, `!=` as well; `NOT` turns it into true. What each operator means by kind of
field is in `services.mesh.filters.checks`.
"""

from services.mesh.filters.fields import Field, Kind
from services.mesh.filters.predicate import Predicate, to_predicate
from services.mesh.filters.sql import to_sql

__all__ = ["Field", "Kind", "Predicate", "to_predicate", "to_sql"]
