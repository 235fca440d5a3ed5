"""The `xorb` command: everything a person does with the platform from a terminal, over the generated stubs.

Exit codes: 0 all went well; 1 an error, told in one line; 2 wrong usage; 3 the scan failed or was cancelled; 4 there
are findings at or above `--fail-on`; 130 stopped by Ctrl-C.
"""
