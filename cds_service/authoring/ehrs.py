"""What an author is told about the kinds of EHR that the content is shown in (``cds_clients/profiles``)."""

from __future__ import annotations

from collections.abc import Iterator

from cds_service.authoring.material import Material
from cds_service.cards import INCOMPLETE, topic_problems
from cds_service.cds_clients import load_profile, profile_names
from cds_service.plans.problems import Problems


def check_topic_codes(material: Material, problems: Problems) -> None:
    """Report codes that some kind of EHR cannot tell apart: an override of one would silence the other."""
    codes = [*material.knowledge.codes, INCOMPLETE]
    for problem in (problem for name in profile_names() for problem in topic_problems(codes, load_profile(name))):
        problems.at("(content)", "code").add(problem, "give one of them another code before it is released")


def not_offered_as_one(material: Material) -> Iterator[str]:
    """Notes of suggestions that an EHR with one action per suggestion never offers."""
    actions = {action.code: action for service in material.knowledge.services.values() for action in service.actions}
    for action in actions.values():
        for suggestion in action.suggestions:
            if len(suggestion.drafts) > 1 and suggestion.as_one is None:
                yield f"{suggestion.id}: has several drafts and no as-one; EHRs that take one action per suggestion do not offer it"
