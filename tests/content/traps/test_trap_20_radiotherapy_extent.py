"""Trap 20: the field of radiotherapy is read from the body site, else the volumes, else the code, else the words of the reason.

Pelvic radiotherapy neither proves nor excludes radiotherapy to the groin.
"""

import pytest

from tests.builders import orders, patient
from tests.builders.answer import ask
from tests.builders.codes import MCODE, RADIOTHERAPY, body_site, snomed
from tests.builders.expect import differences, expect
from tests.builders.tables import PROXIMAL, rows

RECTUM = patient().rectum(onset="2024-01-10").metastasis("inguinal-node")
GROIN, PELVIS, FEMUR = "279763008", "12921003", "71341001"
VOLUME = [
    {
        "url": f"{MCODE}/mcode-radiotherapy-dose-delivered-to-volume",
        "extension": [{"url": "volume", "valueReference": {"reference": "BodyStructure/v"}}],
    }
]


def course(code=None, record=RECTUM, **fields):
    code = code or snomed(RADIOTHERAPY)
    return record.add("Procedure", "course", status="completed", code=code, performedDateTime="2024-03-01", **fields)


def with_volume(site, **fields):
    return course(extension=VOLUME, **fields).add(
        "BodyStructure", "v", location=body_site(site), patient={"reference": "Patient/synthetic"}
    )


@pytest.mark.parametrize(
    ("record", "groin", "pelvis", "why"),
    rows(
        (course(bodySite=[body_site(PELVIS)]), None, "extent-unknown", "pelvis: of the groin nothing is known"),
        (course(bodySite=[body_site(GROIN)]), "extent-unknown", None, "groin: how much of it is not said"),
        (course(bodySite=[body_site(PELVIS), body_site(GROIN)]), "extent-unknown", "extent-unknown", "both"),
        (course(bodySite=[body_site(FEMUR)]), None, None, "a bone"),
        (course(), None, None, "no field: proves nothing"),
        (with_volume(GROIN), "extent-unknown", None, "the volume, where no body site is given"),
        (with_volume(GROIN, bodySite=[body_site(PELVIS)]), None, "extent-unknown", "the body site before the volume"),
        (course(reasonCode=[{"text": "inguinal nodes"}]), "extent-unknown", None, "the words of the reason, where nothing else says"),
        (
            course(bodySite=[body_site(PELVIS)], reasonCode=[{"text": "inguinal nodes"}]),
            None,
            "extent-unknown",
            "the body site before the reason",
        ),
        (course(reasonCode=[{"text": "no inguinal nodes"}]), None, None, "words that say the opposite"),
        (course(reasonCode=[{"text": "local control"}]), None, None, "a reason that names no field"),
        (course(bodySite=[body_site(PELVIS)]).radiotherapy("pelvis", on="2024-03-01"), None, "extent-unknown", "two courses, one day"),
        (RECTUM, None, None, "no course documented: that does not say none"),
        (RECTUM.radiotherapy("groin", status="not-done"), "none", None, "not done, with the field named"),
        (RECTUM.radiotherapy("pelvis", status="not-done"), None, "none", "not done to the pelvis: of the groin nothing is known"),
        (RECTUM.radiotherapy(None, status="not-done"), None, None, "not done, and no field named"),
    ),
)
def test_trap_20_radiotherapy_extent(knowledge, record, groin, pelvis, why):
    expect(knowledge, record, {"radiotherapy.groin": groin, "radiotherapy.pelvis": pelvis}, "+inguinal-management", why)


@pytest.mark.parametrize(
    ("fields", "indicator", "why"),
    rows(
        ({"bodySite": [body_site(PELVIS)]}, "critical", "the field by body site"),
        ({"reasonCode": [{"text": "radiotherapy to the pelvis"}]}, "warning", "the field by the words of the reason: never critical"),
        ({"bodySite": [body_site(FEMUR)], "reasonCode": [{"text": "radiotherapy to the pelvis"}]}, None, "the body site before the reason"),
    ),
)
def test_trap_20_the_field_of_an_order(knowledge, fields, indicator, why):
    draft = orders("proximal").service(snomed(RADIOTHERAPY), "neoadjuvant", **fields)
    answer = ask(knowledge, PROXIMAL, "order-sign", draft)

    code = "preop-chemoradiation-stage-iv"
    assert differences(answer, {}, f"+{code}={indicator}" if indicator else f"-{code}") == [], why
