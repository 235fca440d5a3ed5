"""Rules as their authors write them."""

WHOAMI = """\
title: Who am I
id: {id}
status: test
level: {level}
tags: [attack.discovery, attack.t1033]
logsource:
  product: windows
  category: process_creation
detection:
  selection:  # the tool itself
    Image|endswith: '\\{tool}.exe'
  condition: selection
"""
FILTER = """\
title: Administrators may
id: {id}
logsource:
  product: windows
  category: process_creation
filter:
  rules: [{rule}]
  selection:
    User: ACME\\admin
  condition: not selection
"""
CORRELATION = """\
title: Many times
id: {id}
correlation:
  type: event_count
  rules: [{rule}]
  group-by: [User]
  timespan: 5m
  condition:
    gte: 10
"""
FIRST = "11111111-1111-4111-8111-111111111111"
SECOND = "22222222-2222-4222-8222-222222222222"
THIRD = "33333333-3333-4333-8333-333333333333"


def whoami(identifier: str = FIRST, tool: str = "whoami", level: str = "high") -> str:
    """A rule that finds a tool."""
    return WHOAMI.format(id=identifier, tool=tool, level=level)
