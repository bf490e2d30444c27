"""Collecting what is wrong with the content: every problem at once, each with its file, element and remedy."""

from __future__ import annotations

from dataclasses import dataclass, field

from cds_service.errors import ContentProblem


@dataclass(slots=True)
class Problems:
    """A growing list of problems without repetitions, in the order in which they were found."""

    _found: dict[ContentProblem, None] = field(default_factory=dict)

    def add(self, problem: ContentProblem) -> None:
        """Keep one problem."""
        self._found[problem] = None

    def at(self, file: str, element: str = "(file)") -> Place:
        """A place in a file, from which problems are reported."""
        return Place(self, file, element)

    @property
    def found(self) -> tuple[ContentProblem, ...]:
        """Everything found so far."""
        return tuple(self._found)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the content a check is: the file and a FHIRPath-like element path."""

    problems: Problems
    file: str
    element: str

    def add(self, problem: str, remedy: str) -> None:
        """Report that something here is wrong, and what to do."""
        self.problems.add(ContentProblem(self.file, self.element, problem, remedy))

    def child(self, element: str) -> Place:
        """A place below this one; a leading ``[`` continues the same name."""
        separator = "" if element.startswith("[") or self.element == "(file)" else "."
        return Place(self.problems, self.file, element if self.element == "(file)" else f"{self.element}{separator}{element}")
