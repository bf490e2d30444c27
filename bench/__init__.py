"""How fast the service is: against the limit of its stack, against peers, and against itself (docs/performance.md).

``make bench`` measures; each module says what it measures and how. Nothing here is part of the service.
"""
