"""Reports of other tools, read record by record: one module a tool, found through the entry points `xorb.formats`.

`kernel` is what a format speaks in, `readers` is what it stands on, `registry` finds and drives it. How to write one:
docs/guides/adding-a-format.md.
"""
