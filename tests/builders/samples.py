"""The sample requests that the README posts: the two source patients at the three hooks.

``python -m tests.builders.samples`` writes ``docs/samples``; a test says when they are out of date.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.builders.codes import FHIR
from tests.builders.orders import orders
from tests.builders.request import request
from tests.builders.sources import anorectal_with_bone_and_inguinal, proximal_rectal_with_para_aortic

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "samples"


def samples() -> dict[str, FHIR]:
    """File name -> request body."""
    anorectal, proximal = anorectal_with_bone_and_inguinal(), proximal_rectal_with_para_aortic()
    drafts = orders(proximal.id).surgery("lar", "curative").radiotherapy("pelvis", "neoadjuvant")
    return {
        "patient-view.json": request(anorectal, instance="sample"),
        "order-select.json": request(proximal, "order-select", drafts, instance="sample"),
        "order-sign.json": request(anorectal, "order-sign", orders(anorectal.id).surgery("inguinal-dissection"), instance="sample"),
    }


def text_of(body: FHIR) -> str:
    """A request as it stands in its file."""
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def write() -> None:
    """Write every sample."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, body in samples().items():
        (FOLDER / name).write_text(text_of(body), encoding="utf-8")


if __name__ == "__main__":
    write()
