"""Detection: events come in, are brought into one shape and matched against rules."""
