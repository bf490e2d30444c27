"""What goes wrong with an expression, said so that its author can mend it."""

from __future__ import annotations


class FhirPathError(Exception):
    """An expression that cannot be compiled, or a value that it cannot be evaluated over.

    ``message`` says what is wrong, ``position`` where (0-based offset into the text), ``remedy`` what to write
    instead. No message holds a value taken from a record.
    """

    def __init__(self, message: str, position: int, remedy: str) -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position
        self.remedy = remedy
