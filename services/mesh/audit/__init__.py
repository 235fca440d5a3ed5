"""The audit trail: what was decided about calls, beside the changes that the event log holds anyway (docs/adr/0009)."""
