"""Removes what nobody needs any more: rows that have expired, and all of organizations that are gone.

What that is, the database says: policies of the role `xorb_relay` (`sweep` in `services/migrations/isolation.py`).
Nothing here could remove another row, and a table that is added is swept without a line here.
"""
