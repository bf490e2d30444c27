"""The syntax tree of an expression. Every node knows its position in the text and its height as a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What every node has: ``position`` is a 0-based offset, ``height`` is 1 for a leaf."""

    position: int
    height: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal(Base):
    """A value written out in the expression, as the language (:mod:`cds_service.fhirpath.language`) reads it."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty(Base):
    """``{}``: the empty collection."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable(Base):
    """``%name``."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class This(Base):
    """``$this``, or (``implied``) the focus that a bare member or function starts from."""

    implied: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Base):
    """``source.name``."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Base):
    """``source.name(arguments)``."""

    source: Node
    name: str
    arguments: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Base):
    """``left operator right``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Base):
    """``-operand`` or ``+operand``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Base):
    """``source[index]``."""

    source: Node
    index: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeTest(Base):
    """``source is type`` or ``source as type``; ``type_name`` has one part, or two with a namespace."""

    operator: str
    source: Node
    type_name: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Special(Base):
    """``$index`` or ``$total``."""

    name: str


Whole = Unary | Index | TypeTest | Special
"""What only the whole language has; the parser refuses it in content."""
Node = Literal | Empty | Variable | This | Member | Call | Binary | Unary | Index | TypeTest | Special
