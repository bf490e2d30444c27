"""Tokens to syntax tree: a Pratt parser over the FHIRPath 2.0 grammar, or the part of it that a language has."""

from __future__ import annotations

from decimal import Decimal
from typing import NoReturn

from cds_service.fhirpath.errors import FhirPathError
from cds_service.fhirpath.language import CONTENT, Language
from cds_service.fhirpath.lexer import DATES, Token, tokens
from cds_service.fhirpath.nodes import Binary, Call, Empty, Index, Literal, Member, Node, Special, This, TypeTest, Unary, Variable

MAX_HEIGHT = 100
_MAX_DIGITS = 28
_LARGEST = 2**31 - 1

# FHIRPath 2.0, "Operator precedence", from loose to tight; all are left-associative.
_POWERS = {
    "implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "!=": 5, "~": 5, "!~": 5,
    "<": 6, "<=": 6, ">": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9, "*": 10, "/": 10, "div": 10, "mod": 10,
}  # fmt: skip
_SIGN_POWER = 10  # a sign binds tighter than any operator between two operands
_NAMES_TOO = ("as", "contains", "in", "is")  # operators that the grammar also allows as names
_WORDS = frozenset(word for word in _POWERS if word.isalpha()) - frozenset(_NAMES_TOO)
_UNITS = ("year", "month", "week", "day", "hour", "minute", "second", "millisecond")
_CALENDAR = frozenset(form for unit in _UNITS for form in (unit, f"{unit}s"))
_SPLIT = "Split it into several conditions, or declare a fact for a part of it."
_START = "Start with a %variable, a literal, `iif(` or an opening parenthesis."


def parse(text: str, language: Language = CONTENT) -> Node:
    """Read one expression. Raises :class:`FhirPathError` for what is not FHIRPath or not covered by ``language``."""
    return _Parser(tokens(text), language).whole()


class _Parser:
    def __init__(self, found: list[Token], language: Language) -> None:
        self._tokens = found
        self._language = language
        self._next = 0
        self._depth = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._now
        self._next += 1
        return token

    def _is(self, symbol: str) -> bool:
        return self._now.kind == "symbol" and self._now.text == symbol

    def _expect(self, symbol: str, remedy: str) -> Token:
        if not self._is(symbol):
            self._unexpected(remedy)
        return self._take()

    def _unexpected(self, remedy: str) -> NoReturn:
        token = self._now
        message = "The expression ends too early" if token.kind == "end" else f"{token.text!r} is not expected here"
        raise FhirPathError(message, token.position, remedy)

    def whole(self) -> Node:
        if self._now.kind == "end":
            raise FhirPathError("The expression is empty", 0, "Write an expression; {} is the empty collection.")
        node = self._expression(0)
        if self._is("["):
            raise FhirPathError("[index] is not covered", self._now.position, self._language.refused["index"])
        if self._now.kind != "end":
            self._unexpected("Join two expressions with `and` or `or`, or remove the rest.")
        return node

    def _expression(self, loosest: int) -> Node:
        self._depth += 1
        if self._depth > MAX_HEIGHT:
            _too_deep(self._now.position)
        node = self._postfix(self._term())
        while (power := _POWERS.get(self._operator(), 0)) > loosest:
            operator = self._take()
            if operator.text in self._language.refused:
                raise FhirPathError(f"`{operator.text}` is not covered", operator.position, self._language.refused[operator.text])
            if operator.text in ("is", "as"):
                node = self._type_test(node, operator)
                continue
            right = self._expression(power)
            node = Binary(
                operator=operator.text, left=node, right=right, position=operator.position, height=_height(operator.position, node, right)
            )
        self._depth -= 1
        return node

    def _operator(self) -> str:
        return self._now.text if self._now.kind in ("symbol", "name") else ""

    def _postfix(self, node: Node) -> Node:
        while self._is(".") or (self._is("[") and self._language.whole):
            opening = self._take()
            if opening.text == "[":
                index = self._expression(0)
                self._expect("]", "Close the bracket.")
                node = Index(source=node, index=index, position=opening.position, height=_height(opening.position, node, index))
                continue
            node = self._named(node, self._name())
        return node

    def _name(self) -> Token:
        """The name of a member, a function or a type; the next token."""
        token = self._now
        if token.kind != "delimited" and (token.kind != "name" or token.text in _WORDS):
            self._unexpected("After a dot write the name of a member or a function.")
        return self._take()

    def _type_test(self, source: Node, operator: Token) -> Node:
        names = [self._name().text]
        if self._is("."):
            self._take()
            names.append(self._name().text)
        height = _height(operator.position, source)
        return TypeTest(operator=operator.text, source=source, type_name=tuple(names), position=operator.position, height=height)

    def _named(self, source: Node, token: Token) -> Node:
        """A member, or a function with its arguments, of ``source``; ``token`` is its name."""
        if not self._is("("):
            return Member(source=source, name=token.text, position=token.position, height=_height(token.position, source))
        arguments = self._arguments()
        height = _height(token.position, source, *arguments)
        return Call(source=source, name=token.text, arguments=arguments, position=token.position, height=height)

    def _arguments(self) -> tuple[Node, ...]:
        self._take()
        found: list[Node] = []
        while not self._is(")"):
            if found:
                self._expect(",", "Separate arguments with a comma and close the list with ).")
            found.append(self._expression(0))
        self._take()
        return tuple(found)

    def _term(self) -> Node:
        token = self._now
        reader = {
            "string": self._string, "date": self._date, "time": self._date, "number": self._number, "variable": self._variable,
            "name": self._word, "delimited": self._delimited, "special": self._special, "symbol": self._bracket,
        }.get(token.kind)  # fmt: skip
        if reader is None:
            self._unexpected(_START)
        return reader(token)

    def _string(self, token: Token) -> Node:
        self._take()
        return Literal(value=token.text, position=token.position)

    def _date(self, token: Token) -> Node:
        self._take()
        if token.kind == "time" and not self._language.whole:
            raise FhirPathError("This is not a date", token.position, DATES)
        value = self._language.moment(token.text[1:])
        if value is None:
            raise FhirPathError(f"{token.text} is not a date of the calendar", token.position, "Correct the date.")
        return Literal(value=value, position=token.position)

    def _number(self, token: Token, *, sign: str = "") -> Node:
        self._take()
        if len(token.text) > _MAX_DIGITS:
            raise FhirPathError("The number is too long", token.position, f"Use at most {_MAX_DIGITS} digits.")
        following = self._now
        if following.kind == "string":
            self._take()
            value = self._language.quantity(Decimal(sign + token.text), following.text, calendar=False)
            return Literal(value=value, position=token.position)
        if following.kind == "name" and following.text in _CALENDAR:
            if not self._language.whole:
                raise FhirPathError("Calendar durations are not covered", following.position, "Write a unit in quotes, as in 4 'wk'.")
            self._take()
            value = self._language.quantity(Decimal(sign + token.text), following.text, calendar=True)
            return Literal(value=value, position=token.position)
        written = sign + token.text
        if self._language.whole and "." not in written and int(written) > _LARGEST:
            raise FhirPathError("The number is too large for an Integer", token.position, f"Write {written}.0 for a Decimal.")
        return Literal(value=Decimal(written) if "." in written else int(written), position=token.position)

    def _variable(self, token: Token) -> Node:
        self._take()
        return Variable(name=token.text, position=token.position)

    def _word(self, token: Token) -> Node:
        following = self._tokens[self._next + 1]
        called = following.kind == "symbol" and following.text == "("
        if token.text in ("true", "false") and not called:
            self._take()
            return Literal(value=token.text == "true", position=token.position)
        if token.text == "not" and not called:
            raise FhirPathError("`not` is a function", token.position, "Write (condition).not().")
        if token.text in _WORDS:
            self._unexpected(_START)
        return self._named(This(position=token.position, implied=True), self._take())

    def _delimited(self, token: Token) -> Node:
        return self._named(This(position=token.position, implied=True), self._take())

    def _special(self, token: Token) -> Node:
        if token.text in ("$index", "$total") and self._language.whole:
            self._take()
            return Special(name=token.text, position=token.position)
        if token.text != "$this":
            raise FhirPathError(f"{token.text} is not covered", token.position, "Only $this is.")
        self._take()
        return This(position=token.position)

    def _bracket(self, token: Token) -> Node:
        if token.text == "(":
            self._take()
            node = self._expression(0)
            self._expect(")", "Close the parenthesis.")
            return node
        if token.text == "{":
            self._take()
            self._expect("}", "Only the empty collection {} is written with braces.")
            return Empty(position=token.position)
        if token.text in ("-", "+") and self._language.whole:
            self._take()
            operand = self._expression(_SIGN_POWER)
            return Unary(operator=token.text, operand=operand, position=token.position, height=_height(token.position, operand))
        if token.text == "-" and self._tokens[self._next + 1].kind == "number":
            return self._negative()
        if token.text in ("-", "+"):
            raise FhirPathError(f"A sign ({token.text}) stands before numbers only", token.position, self._language.refused["sign"])
        return self._unexpected(_START)

    def _negative(self) -> Node:
        self._take()
        node = self._number(self._now, sign="-")
        if self._is("."):
            self._unexpected("Put the negative number in parentheses.")
        return node


def _height(position: int, *parts: Node) -> int:
    """The height of a tree over ``parts``; evaluation recurses that deep, so it has a limit."""
    height = 1 + max(part.height for part in parts)
    if height > MAX_HEIGHT:
        _too_deep(position)
    return height


def _too_deep(position: int) -> NoReturn:
    raise FhirPathError(f"The expression is nested more than {MAX_HEIGHT} deep", position, _SPLIT)
