"""Schedules of scans: the same scan again and again, by the calendar."""
