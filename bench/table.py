"""A table, on a terminal and in Markdown, and how figures are written in it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A title, the heads of the columns, and rows of texts."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def markdown(self) -> str:
        """As Markdown; figures are aligned to the right."""
        lines = ["| " + " | ".join(self.head) + " |", "|---" + "|--:" * (len(self.head) - 1) + "|"]
        return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in self.rows)])

    def text(self) -> str:
        """For a terminal."""
        widths = [max(len(row[column]) for row in (self.head, *self.rows)) for column in range(len(self.head))]
        lines = [
            "  ".join(
                cell.ljust(width) if column == 0 else cell.rjust(width)
                for column, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            for row in (self.head, *self.rows)
        ]
        return "\n".join([self.title, *lines])


def ratio(value: float) -> str:
    """A ratio: two decimals say enough of a small one."""
    return f"{value:.2f}" if value < 19.95 else f"{value:.0f}"


def whole(value: float) -> str:
    """Without decimals."""
    return f"{value:,.0f}"


def one(value: float) -> str:
    """With one decimal."""
    return f"{value:.1f}"


def two(value: float) -> str:
    """With two decimals."""
    return f"{value:.2f}"
