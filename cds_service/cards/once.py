"""What follows from the content alone is worked out once and kept, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Made = TypeVar("_Made")


class Once(dict[_Key, _Made]):
    """Values by key, each made when it is first asked for; when there is no more room, all begin anew.

    Keys and values follow from the content alone: nothing of a patient may be in them, for they outlive the request.
    """

    __slots__ = ("_make", "_room")

    def __init__(self, make: Callable[[_Key], _Made], room: int) -> None:
        super().__init__()
        self._make = make
        self._room = room

    def __missing__(self, key: _Key) -> _Made:
        made = self._make(key)
        if len(self) >= self._room:
            self.clear()
        self[key] = made
        return made
