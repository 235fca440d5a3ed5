"""The event log: outbox and audit trail in one, its relay to Redis, and the watches that read both."""
