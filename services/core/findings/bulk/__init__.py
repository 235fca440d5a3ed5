"""One change of many findings: whatever a filter names, batch by batch."""
