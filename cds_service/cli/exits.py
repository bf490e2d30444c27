"""Exit codes."""

FAILED = 1
MISUSED = 2
