"""Phrases and cases about plants, for the content of ``tests.builders.plants``: the language has no disease of its own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import yaml

from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.phrases import Phrasebook
from tests.builders import plants

PHRASES = """
as-of: 2026-11-21
patient: {resourceType: Patient, id: p1}
arrives: {Observation: conditions}
defaults:
  record:
    Condition: {clinicalStatus: {text: active}, onsetDateTime: "{date}", onsetPeriod: {start: "{start}", end: "{end}"}}
  drafts:
    ServiceRequest: {status: draft, authoredOn: "{today}"}
tables:
  soil: {dry: dry, wet: {code: wet, display: Wet soil}, mixed: [dry, wet]}
  bed: {rose bed: {code: B1, display: Roses}, herb bed: {code: B2}}
  tool: {can: can, hose: hose}
  weather: {windy: windy, wintry: wintry}
phrases:
  - say: "{soil} soil[ in the {bed}]"
    when: 12 days ago
    gives:
      resourceType: Condition
      code: {coding: [{system: "urn:plants", code: "{soil.code}", display: "{soil.display}"}]}
      bodySite: [{coding: [{system: "urn:beds", code: "{bed.code}", display: "{bed.display}"}]}]
  - say: height {number}[ {unit:tool}]
    when: undated
    gives:
      resourceType: Observation
      id: height
      effectiveDateTime: "{date}"
      valueQuantity: {value: "{number}", unit: "{unit.code}", system: "urn:units", code: "{unit.code}"}
  - say: ['note {words}', 'remark {words}']
    gives: {resourceType: Observation, valueString: "{words}, seen by {patient}"}
  - say: "{weather}"
    gives: {resourceType: Observation, valueString: "{weather}"}
  - say: sown {day}
    gives: {resourceType: Patient, birthDate: "{day}"}
  - say: drought everywhere[ in {soil}]
    means: ["{soil} soil", "dry soil in the rose bed + herb bed, 3 days ago"]
  - say: no {soil} soil
    means: ["{soil} soil, 3 days ago, gone"]
drafts:
  - say: water with the {tool}
    gives: {resourceType: ServiceRequest, code: {text: "{tool}"}}
modifiers:
  - say: doubtful
    of: Condition
    sets: {clinicalStatus: {text: doubtful}}
  - say: gone
    of: Condition
    sets:
      clinicalStatus: null
      verificationStatus: {coding: [{system: "http://terminology.hl7.org/CodeSystem/condition-ver-status", code: refuted}]}
  - say: without status
    sets: {clinicalStatus: null}
  - say: also in the {bed}
    of: [Condition]
    adds: {bodySite: [{coding: [{system: "urn:beds", code: "{bed.code}"}]}]}
  - say: in words
    of: Condition
    sets: {code: {coding: null, text: "{this.code.coding.0.display}"}}
patients:
  the old garden: [dry soil in the rose bed, "height 3 hose, 2026-10"]
  the Young garden: [the old garden, {leave-out: height}, height 1]
burden:
  order-sign: [[water with the can]]
"""


def write(folder: Path, phrases: str = PHRASES, row: Mapping[str, object] | None = None, **cases: str) -> Path:
    """A content folder with phrases, and ``topic/cases/<name>.yaml`` for each of ``cases`` (``_`` for ``-``); ``row`` changes its row."""
    plants.write_content(folder, **(row or {}))
    (folder / "phrases").mkdir()
    (folder / "phrases" / "plants.yaml").write_text(phrases, encoding="utf-8")
    (folder / "topic" / "cases").mkdir(parents=True)
    for name, text in cases.items():
        (folder / "topic" / "cases" / f"{name.replace('_', '-')}.yaml").write_text(text, encoding="utf-8")
    return folder


def book(folder: Path, **changes: object) -> Phrasebook:
    """The phrases, with top-level keys replaced."""
    return load_phrases(write(folder, changed(**changes)))


def changed(**changes: object) -> str:
    """The text of the phrases with top-level keys replaced, or removed where ``None``."""
    whole = yaml.safe_load(PHRASES) | {key.replace("_", "-"): value for key, value in changes.items()}
    return yaml.safe_dump({key: value for key, value in whole.items() if value is not None}, sort_keys=False)
