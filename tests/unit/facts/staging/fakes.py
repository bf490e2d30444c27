"""A small terminology and small builders: staging is tested without the content that ships."""

from dataclasses import dataclass, field

from cds_service.facts.staging.vocabulary import vocabulary
from cds_service.fhir.codings import TEXT_SYSTEM, Concept, codings
from cds_service.fhir.record import Entry
from cds_service.fhir.terminology import Meaning

CODES = "http://codes.example.org"
TEXTS = "http://category-texts.example.org"


@dataclass
class FakeTerminology:
    """Codes that spell out what they mean: ``t-c`` as Observation code, ``=cT3`` as value, ``ed-8`` as edition."""

    spelled: dict[str, str] = field(
        default_factory=lambda: {"ct category": "t-c", "tnm": "panel", "eighth": "8", "nothing known": "not-recorded"}
    )

    def concepts(self, codeable, /):
        return tuple(Concept(system, code) for system, code in codings(codeable))

    def meanings(self, codeable, /):
        maps = frozenset({"tnm-observation", "staging-category", "staging-edition"})
        sets = {True: frozenset({"tnm-category-text"}), False: frozenset()}
        found = ((concept, sets[self.member("tnm-category-text", concept)]) for concept in self.concepts(codeable))
        return tuple(Meaning(concept, held, maps, is_listed=True) for concept, held in found)

    def translated(self, concept_map, meanings, target, /):
        return tuple((name, one.concept) for one in meanings for name in self.translate(concept_map, one.concept, target))

    def codes(self, code_system, /):
        return frozenset({"dcis", "lamn"}) if code_system == "tnm-suffix" else frozenset()

    def member(self, value_set, concept, /):
        return value_set == "tnm-category-text" and concept.system == TEXTS

    def translate(self, concept_map, concept, target, /):
        system, code = concept
        if system == TEXT_SYSTEM:
            return self._listed(concept_map, code, target)
        if system != CODES:
            return ()
        if target == "stage-group":
            return (code.removeprefix("group:"),) if code.startswith("group:") else ()
        if concept_map == "tnm-observation":
            axes = {"t", "n", "m", "group", "panel", "descriptor"}
            return (code,) if code.partition("-")[0] in axes else ()
        if concept_map == "staging-edition":
            return (code.removeprefix("ed-"),) if code.startswith("ed-") else ()
        if target == "tnm-descriptor":
            return (code.removeprefix("is-"),) if code.startswith("is-") else ()
        if target == "tnm-category" and code.startswith("="):
            return (code[1:],)
        return ("not-recorded",) if target == "tnm-category" and code == "nothing" else ()

    def _listed(self, concept_map, text, target):
        found = self.spelled.get(text)
        wanted = {"tnm-observation": ("t-c", "panel"), "staging-edition": ("8",), "staging-category": ("not-recorded",)}[concept_map]
        return (found,) if found in wanted and target != "stage-group" else ()


VOCABULARY = {
    "kinds": {"map": "tnm-observation", "target": "tnm-observation"},
    "values": {"map": "staging-category", "target": "tnm-category", "absent": "not-recorded"},
    "groups": {"map": "staging-category", "target": "stage-group"},
    "descriptors": {"map": "staging-category", "target": "tnm-descriptor"},
    "editions": {"map": "staging-edition", "target": "staging-edition"},
    "written": "tnm-category-text",
    "suffixes": "tnm-suffix",
}


def words():
    """The vocabulary over :class:`FakeTerminology`."""
    return vocabulary(FakeTerminology(), VOCABULARY)


def concept(code, system=CODES):
    return {"coding": [{"system": system, "code": code}]}


class Observations:
    """Builds Observations; ``entries`` is what was built."""

    def __init__(self):
        self.entries = []

    def add(self, name, code, value=None, date=None, **more):
        resource = {"resourceType": "Observation", "id": name, "status": "final", "code": concept(code) if isinstance(code, str) else code}
        if value is not None:
            resource |= {"valueCodeableConcept": concept(value)} if isinstance(value, str) else value
        if date is not None:
            resource["effectiveDateTime"] = date
        edition = more.pop("edition", None)
        if edition is not None:
            resource["method"] = concept(f"ed-{edition}")
        for member in ("focus", "hasMember"):
            if member in more:
                more[member] = [{"reference": reference} for reference in more[member]]
        resource |= more
        self.entries.append(Entry(resource, f"Observation/{name}"))
        return self

    def condition(self, name="main", *stages, **more):
        resource = {"resourceType": "Condition", "id": name, "verificationStatus": concept("confirmed"), "stage": list(stages), **more}
        self.entries.append(Entry(resource, f"Condition/{name}"))
        return self
