"""What a report of an engagement tells of it."""
