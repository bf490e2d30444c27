"""Which recommendation stands on which card: few cards, the most severe first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from cds_service.model.assessment import Recommendation, Suggestion
from cds_service.plans.compiled import CompiledAction
from cds_service.plans.service import Service

SEVERITY = {"critical": 0, "warning": 1, "info": 2}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """A recommendation as it is shown once, with what the content says of it, and every order that it was found for."""

    recommendation: Recommendation
    action: CompiledAction | None
    orders: tuple[str, ...]

    @property
    def code(self) -> str:
        """The recommendation's code."""
        return self.recommendation.code

    @property
    def hosts(self) -> tuple[str, ...]:
        """The rows on whose card it is shown, in order of preference; none for a row that stands by itself."""
        return () if self.action is None else self.action.section_of

    @property
    def severity(self) -> int:
        """0 for critical, 1 for warning, 2 for info."""
        return SEVERITY[self.recommendation.indicator]


@dataclass(frozen=True, slots=True)
class Layout:
    """One card: its rows (topic first), the order that identifies it, and a summary of its own for the overflow card."""

    rows: tuple[Row, ...]
    order: str | None = None
    summary: str | None = None

    @property
    def indicator(self) -> str:
        """The most severe indicator of the rows."""
        if len(self.rows) == 1:
            return self.rows[0].recommendation.indicator
        return min((row.recommendation.indicator for row in self.rows), key=SEVERITY.__getitem__)

    @property
    def orders(self) -> tuple[str, ...]:
        """Every order that the card concerns."""
        if len(self.rows) == 1:
            return self.rows[0].orders
        return tuple(dict.fromkeys(order for row in self.rows for order in row.orders))


def arrange(recommendations: Sequence[Recommendation], service: Service, room: int) -> tuple[Layout, ...]:
    """The cards, the most severe first, at most ``room``; what does not fit shares the last one.

    Rows of one order share a card; a row found for several orders is shown once; rows about the patient
    (``once-per-request``) join the only order card, else have one card together; with the indicator of its ``never-alone`` such a row
    joins a card or is not shown. A ``section-of`` row joins its first host that fired, and is not shown without one.
    """
    rows = _merged(recommendations, service)
    sections = [row for row in rows if row.hosts]
    standing = [row for row in rows if not row.hosts]
    once = [row for row in standing if _is_once(row)]
    layouts = _layouts([row for row in standing if row not in once])
    layouts = _with_once(layouts, [row for row in once if not _is_guest(row)])
    layouts = _with_guests(layouts, [row for row in once if _is_guest(row)])
    layouts = _with_sections(layouts, sections, {row.code for row in standing})
    ordered = sorted(layouts, key=lambda layout: SEVERITY[layout.indicator])
    return _limited(ordered, room, service.overflow_title)


def _merged(recommendations: Sequence[Recommendation], service: Service) -> list[Row]:
    """Each code once, on the most severe, then first, of its orders, in the order of appearance."""
    by_code: dict[str, list[Recommendation]] = {}
    for item in recommendations:
        by_code.setdefault(item.code, []).append(item)
    return [_row(items, service.action(code)) for code, items in by_code.items()]


def _row(items: Sequence[Recommendation], action: CompiledAction | None) -> Row:
    if len(items) == 1 and len(items[0].suggestions) < 2:  # as nearly always: there is nothing to join
        order = items[0].order
        return Row(items[0], action, () if order is None else (order,))
    best = min(items, key=lambda item: SEVERITY[item.indicator])
    others = [item for item in items if item is not best]
    orders = tuple(dict.fromkeys(item.order for item in (best, *others) if item.order is not None))
    alike = [item for item in others if item.indicator == best.indicator]
    suggestions = _joined((*best.suggestions, *_withdrawals(alike)), others)
    return Row(best if suggestions == best.suggestions else replace(best, suggestions=suggestions), action, orders)


def _withdrawals(others: Sequence[Recommendation]) -> Iterator[Suggestion]:
    """What the first order of a row may lack, because it cannot be withdrawn itself."""
    for suggestion in (item for other in others for item in other.suggestions):
        if all(action.type == "delete" for action in suggestion.actions):
            yield suggestion


def _joined(suggestions: Iterable[Suggestion], others: Sequence[Recommendation]) -> tuple[Suggestion, ...]:
    """Each suggestion once; withdrawing withdraws every order that the row was found for."""
    found: dict[str, Suggestion] = {}
    for suggestion in suggestions:
        same = [item for other in others for item in other.suggestions if item.id == suggestion.id]
        more = [action for item in same for action in item.actions if action.type == "delete" and action not in suggestion.actions]
        found.setdefault(suggestion.id, replace(suggestion, actions=(*suggestion.actions, *more)) if more else suggestion)
    return tuple(found.values())


def _is_once(row: Row) -> bool:
    return row.action is not None and row.action.once_per_request


def _is_guest(row: Row) -> bool:
    return row.action is not None and row.action.never_alone == row.recommendation.indicator


def _layouts(rows: Sequence[Row]) -> list[Layout]:
    """One card for each row without order, one for all rows of an order."""
    by_order: dict[str | int, list[Row]] = {}
    for number, row in enumerate(rows):
        by_order.setdefault(row.recommendation.order or number, []).append(row)
    return [Layout(tuple(sorted(group, key=lambda row: row.severity)), group[0].recommendation.order) for group in by_order.values()]


def _with_once(layouts: list[Layout], once: Sequence[Row]) -> list[Layout]:
    if not once:
        return layouts
    if len(layouts) == 1 and layouts[0].order is not None:
        (only,) = layouts
        return [replace(only, rows=tuple(sorted((*only.rows, *once), key=lambda row: row.severity)))]
    return [*layouts, Layout(tuple(sorted(once, key=lambda row: row.severity)))]


def _with_guests(layouts: list[Layout], guests: Sequence[Row]) -> list[Layout]:
    """Guests join the card about the patient, else the most severe one that shares an order with them, else the most severe."""
    if not guests or not layouts:
        return layouts
    orders = {order for row in guests for order in row.orders}
    host = min(layouts, key=lambda layout: (layout.order is not None, orders.isdisjoint(layout.orders), SEVERITY[layout.indicator]))
    return [replace(layout, rows=(*layout.rows, *guests)) if layout is host else layout for layout in layouts]


def _with_sections(layouts: list[Layout], sections: Sequence[Row], standing: set[str]) -> list[Layout]:
    """Each section on the card of the first of its hosts that is there."""
    hosts = [(row, next((host for host in row.hosts if host in standing), None)) for row in sections]
    return [_hosting(layout, hosts) for layout in layouts]


def _hosting(layout: Layout, hosts: Sequence[tuple[Row, str | None]]) -> Layout:
    codes = {row.code for row in layout.rows}
    joining = [row for row, host in hosts if host in codes]
    return replace(layout, rows=(*layout.rows, *joining)) if joining else layout


def _limited(layouts: Sequence[Layout], room: int, title: str) -> tuple[Layout, ...]:
    if len(layouts) <= room:
        return tuple(layouts)
    kept, rest = layouts[: room - 1], layouts[room - 1 :]
    return (*kept, Layout(tuple(row for layout in rest for row in layout.rows), rest[0].order, title))
