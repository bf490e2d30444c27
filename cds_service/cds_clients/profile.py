"""What the cards for a kind of EHR may hold. The shipped profiles are data (``profiles/*.yaml``); a site may change members."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cds_service.documents import read_yaml

FOLDER = Path(__file__).parent / "profiles"
SELECTION_BEHAVIORS = ("any", "at-most-one")


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a card may hold; the defaults are the profile ``generic``, which is all of CDS Hooks 2.0.

    ``suggestions``: whether there are any. ``selection_behavior``: what goes with them. ``one_action``: a suggestion has one action.
    ``creates``: the resource types that a suggestion may create (``None``: any). ``alphanumeric_topics``: topic codes are letters and
    digits alone, at most 100. ``card_extension``: members that every card's ``extension`` has besides ours. ``override_reasons``:
    whether there are any. ``allowed_links``: beginnings of the addresses that a card may link to (``None``: any); with
    ``listed_links_only`` the client shows no others, so an entry of the clients file has to list them.
    """

    name: str = "generic"
    suggestions: bool = True
    selection_behavior: Literal["any", "at-most-one"] = "any"
    one_action: bool = False
    creates: tuple[str, ...] | None = None
    alphanumeric_topics: bool = False
    card_extension: Mapping[str, str] = field(default_factory=dict, hash=False)
    override_reasons: bool = True
    listed_links_only: bool = False
    allowed_links: tuple[str, ...] | None = None

    def shows_link(self, url: str) -> bool:
        """Whether a card may link to an address: same scheme and host as one of the list, and a path that begins alike."""
        if self.allowed_links is None:
            return not self.listed_links_only
        return any(_begins(url, beginning) for beginning in self.allowed_links)


GENERIC = Profile()
#: What an entry of the clients file may change in a profile; its name stays, and ``allowed_links`` are a member of the entry itself.
CHANGEABLE = tuple(one.name for one in fields(Profile) if one.name not in ("name", "allowed_links"))


def _begins(url: str, beginning: str) -> bool:
    one, other = urlsplit(url), urlsplit(beginning)
    rest, start = (parts._replace(scheme="", netloc="").geturl() for parts in (one, other))
    return (one.scheme, one.netloc.lower()) == (other.scheme, other.netloc.lower()) and rest.startswith(start)


@cache
def profile_names() -> tuple[str, ...]:
    """The shipped profiles."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


@cache
def profile_file(name: str) -> Mapping[str, Any]:
    """What the file of a shipped profile says: ``cards`` (members of :class:`Profile`) and ``registration`` (see ``registration/``)."""
    found: Mapping[str, Any] = read_yaml(FOLDER / f"{name}.yaml")
    return found


def load_profile(name: str) -> Profile:
    """A shipped profile by name. Raises ``KeyError`` for any other name."""
    if name not in profile_names():
        raise KeyError(name)
    return changed(replace(GENERIC, name=name), profile_file(name).get("cards") or {})


def changed(profile: Profile, members: Mapping[str, Any]) -> Profile:
    """A profile with some members replaced. Raises ``ValueError`` with every member that cannot be, one a line."""
    problems = [problem for name, value in members.items() if (problem := _problem(name, value)) is not None]
    if problems:
        raise ValueError("\n".join(problems))
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in members.items()}
    return replace(profile, **values)


def _problem(name: str, value: object) -> str | None:
    if name not in CHANGEABLE:
        return f"'{name}' is no member of a profile; there are {', '.join(CHANGEABLE)}"
    if name == "selection_behavior":
        return None if value in SELECTION_BEHAVIORS else f"{name}: must be one of {', '.join(SELECTION_BEHAVIORS)}"
    if name == "creates":
        is_list = isinstance(value, list) and all(isinstance(item, str) and item for item in value)
        return None if value is None or is_list else f"{name}: must be a list of resource types, or null for any"
    if name == "card_extension":
        is_texts = isinstance(value, Mapping) and all(isinstance(text, str) and text for item in value.items() for text in item)
        return None if is_texts else f"{name}: must be names with texts"
    return None if isinstance(value, bool) else f"{name}: must be true or false"
