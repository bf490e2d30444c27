"""What cards say that follows from the content alone: worked out once, used by every answer, never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from cds_service.cards import sources
from cds_service.cards.fact_words import FactWords, fact_words, public_paths
from cds_service.cards.once import Once
from cds_service.cards.words import Piece, block, piece
from cds_service.knowledge import Knowledge
from cds_service.model.declaration import FactModel
from cds_service.plans.compiled import Parameter
from cds_service.plans.load import shown

_ROOM = 4096  # more than a content has paths, and more sets of rows than ever share a card
_CLOSING = {reviewed: piece(sources.closing(reviewed=reviewed)) for reviewed in (False, True)}

Rows = tuple[str, str, tuple[str, ...]]
"""The rows of a card: service id, hook, and the codes, topic first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What the rows of a card bring, whoever the patient is. ``links`` are all there are: a profile may show fewer."""

    label: str
    topic: Mapping[str, str]
    sources: Piece
    closing: Piece
    links: Sequence[Mapping[str, str]]
    statements: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """The words of one content: of a fact by its path, of the public facts behind some paths, of cards by rows.

    ``assumptions`` are by the names of parameters.
    """

    model: FactModel
    override_reasons: Sequence[Mapping[str, str]]
    fact: Once[str, FactWords]
    facts_behind: Once[tuple[str, ...], tuple[FactWords, ...]]
    fixed: Once[Rows, Fixed]
    assumptions: Once[tuple[str, ...], tuple[Piece, ...]]


@lru_cache(maxsize=4)
def prepared(knowledge: Knowledge) -> Prepared:
    """The words of a content; each is worked out when it is first asked for."""
    context = knowledge.context
    fact = Once(partial(fact_words, context=context), _ROOM)
    return Prepared(
        model=context.model,
        override_reasons=[dict(reason) for reason in knowledge.override_reasons],
        fact=fact,
        facts_behind=Once(lambda paths: tuple(fact[path] for path in public_paths(paths, context.model)), _ROOM),
        fixed=Once(partial(_fixed, knowledge), _ROOM),
        assumptions=Once(partial(_assumptions, knowledge.parameter_info), _ROOM),
    )


def _fixed(knowledge: Knowledge, rows: Rows) -> Fixed:
    service_id, hook, codes = rows
    service = knowledge.services[(service_id, hook)]
    actions = [service.action(code) for code in codes]
    cited = list(dict.fromkeys(citation for action in actions if action is not None for citation in action.citations))
    topic = actions[0]
    return Fixed(
        label=sources.label(cited, knowledge.sources, (topic.plan_title if topic is not None else "") or service.title),
        topic={"system": topic.system if topic is not None else "", "code": codes[0]},
        sources=piece(block("Sources", sources.lines(cited, knowledge.sources))),
        closing=_CLOSING[all(action is not None and action.reviewed for action in actions)],
        links=sources.links(cited),
        statements=sources.statements(cited),
    )


def _assumptions(parameters: Mapping[str, Parameter], names: tuple[str, ...]) -> tuple[Piece, ...]:
    """The parameters that decided and that no source states: assumptions of the content, and what the site set in their place."""
    infos = [info for name in names if (info := parameters.get(name)) is not None]
    found = []
    for words, is_site_setting in (("Assumption", False), ("Site setting", True)):
        texts = [f"{info.title} = {shown(info)}" for info in infos if info.is_site_setting is is_site_setting]
        found += [piece(f"- {words}{'s' if len(texts) > 1 else ''}: {'; '.join(texts)}")] if texts else []
    return tuple(found)
