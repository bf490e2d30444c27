"""An attribute that is worked out when somebody first asks, and kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

Value = TypeVar("Value")
Owner = TypeVar("Owner")


class lazily(Generic[Owner, Value]):  # noqa: N801 it decorates, as cached_property does
    """As ``functools.cached_property``, without the lock that Python 3.11 takes: for what one request alone looks at."""

    def __init__(self, work_out: Callable[[Owner], Value]) -> None:
        self._work_out = work_out
        self.__doc__ = work_out.__doc__
        self._name = work_out.__name__

    @overload
    def __get__(self, one: None, owner: Any = None) -> lazily[Owner, Value]: ...
    @overload
    def __get__(self, one: Owner, owner: Any = None) -> Value: ...
    def __get__(self, one: Owner | None, owner: Any = None) -> Value | lazily[Owner, Value]:
        """The value; it stands in the way of this descriptor from now on."""
        if one is None:
            return self
        value = self._work_out(one)
        one.__dict__[self._name] = value
        return value
