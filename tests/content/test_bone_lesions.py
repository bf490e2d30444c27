"""A fracture belongs to one lesion: a broken rib beside a metastasis in the femur is no weight-bearing fracture; unknown stays unknown."""

import pytest

from tests.builders import days_before, patient
from tests.builders.answer import ask
from tests.builders.codes import FIXATION, body_site, snomed
from tests.builders.expect import expect
from tests.builders.orders import orders
from tests.builders.tables import rows

FEMUR, RIB, HUMERUS, VERTEBRA = "71341001", "113197003", "85050009", "73903008"
RECTUM = patient().rectum()
BONE = RECTUM.metastasis("bone")


def lesion(*sites):
    record = RECTUM
    for site in sites:
        record = record.metastasis("bone", body_site=site)
    return record


def broken(record, site=None, **options):
    return record.bone_event("pathological-fracture", body_site=site, **options)


def threatened(record, site=None, **value):
    given = {"valueBoolean": True} | value | ({"bodySite": body_site(site)} if site else {})
    return record.stated("bone-impending-fracture", **given)


@pytest.mark.parametrize(
    ("record", "risk", "indicator", "why"),
    rows(
        (broken(lesion(FEMUR), FEMUR), True, "warning", "metastasis and fracture in the femur"),
        (broken(lesion(FEMUR), VERTEBRA), True, "warning", "a fractured vertebra bears weight, too"),
        (broken(lesion(FEMUR), RIB), None, "info", "metastasis in the femur, fracture of a rib: nothing follows for the femur"),
        (broken(lesion(FEMUR, RIB), RIB), None, "info", "metastases in both, fracture of the rib"),
        (broken(lesion(FEMUR, RIB), FEMUR), True, "warning", "metastases in both, fracture of the femur"),
        (broken(lesion(FEMUR, RIB)), None, "info", "metastases in both, and of which bone the fracture is, is not said"),
        (broken(lesion(FEMUR)), True, "warning", "a fracture without a bone, and the femur is the only lesion"),
        (broken(lesion(FEMUR, VERTEBRA)), True, "warning", "a fracture without a bone, and every lesion bears weight"),
        (broken(lesion(FEMUR, None)), True, "warning", "one of the records names no bone: it may be the same lesion"),
        (broken(lesion(RIB)), None, "info", "a fracture without a bone, and the lesion is in a rib"),
        (broken(lesion(RIB), FEMUR), None, "info", "the fractured femur has no metastasis on record: the fracture may be another"),
        (broken(BONE, FEMUR), True, "warning", "a metastasis without a bone, fracture of the femur"),
        (broken(BONE), None, "info", "neither names a bone"),
        (broken(lesion(FEMUR), FEMUR, present=False), None, "info", "the fracture is refuted: of others nothing is known"),
        (threatened(lesion(FEMUR), FEMUR), True, "warning", "the femur threatens to break"),
        (threatened(lesion(FEMUR), HUMERUS), None, "info", "the humerus threatens to break, the femur holds a metastasis"),
        (threatened(lesion(FEMUR)), True, "warning", "what threatens to break is not said, and the femur is the only lesion"),
        (threatened(lesion(FEMUR), FEMUR, valueBoolean=False), None, "info", "stated that it does not: it may be broken already"),
        (threatened(BONE.stated("bone-weight-bearing", valueBoolean=True)), True, "warning", "both stated, no bone named"),
        (broken(threatened(lesion(FEMUR), FEMUR), RIB), True, "warning", "a broken rib takes nothing from a femur that threatens to break"),
    ),
)
def test_a_fracture_belongs_to_a_lesion(knowledge, record, risk, indicator, why):
    expect(knowledge, record, {"bone.fractureRisk": risk}, f"+bone-management={indicator}", why)


def said(*statements):
    """Whether a fracture threatens: (yes or no, bone or none, days ago)."""
    record = lesion(FEMUR)
    for value, site, days in statements:
        place = {"bodySite": body_site(site)} if site else {}
        record = record.stated("bone-impending-fracture", days_before(days), valueBoolean=value, **place)
    return record


def hurting(*statements):
    record = lesion(FEMUR)
    for present, site, days in statements:
        record = record.bone_event("pain", present=present, on=days_before(days), body_site=site)
    return record


@pytest.mark.parametrize(
    ("record", "value", "why"),
    rows(
        (said((True, FEMUR, 9), (False, RIB, 2)), True, "that the rib holds says nothing of the femur"),
        (said((False, RIB, 2), (True, FEMUR, 9)), True, "in whatever order they come"),
        (said((True, FEMUR, 9), (False, FEMUR, 2)), False, "the later word about the same bone"),
        (said((False, FEMUR, 9), (True, FEMUR, 2)), True, "and the other way round"),
        (said((True, FEMUR, 9), (False, None, 2)), False, "a later no that names no bone is about all"),
        (said((True, None, 9), (False, FEMUR, 2)), False, "an earlier yes may have been about the same bone"),
        (said((False, FEMUR, 9), (True, None, 2)), True, "a later yes that names no bone"),
        (said((False, FEMUR, 9), (False, RIB, 2)), False, "no of each"),
        (said((True, FEMUR, 9), (False, FEMUR, 9)), None, "both on one day about one bone"),
        (said((True, FEMUR, 9), (False, FEMUR, 9), (False, RIB, 2)), None, "no of another bone does not settle it"),
        (said((True, FEMUR, 9), (False, FEMUR, 9), (True, RIB, 2)), True, "yes of another bone does"),
        (said((True, RIB, 9), (True, FEMUR, 2)), True, "both"),
        (said(), None, "nothing said"),
    ),
)
def test_no_of_one_bone_takes_nothing_back_of_another(knowledge, record, value, why):
    expect(knowledge, record, {"bone.impendingFracture": value}, "", why)


@pytest.mark.parametrize(
    ("record", "value", "why"),
    rows(
        (hurting((True, FEMUR, 9), (False, RIB, 2)), True, "the rib does not hurt, the femur does"),
        (hurting((True, FEMUR, 9), (False, FEMUR, 2)), False, "the femur does not hurt any more"),
        (hurting((True, FEMUR, 9), (False, None, 2)), False, "nothing hurts any more"),
    ),
)
def test_pain_belongs_to_a_bone(knowledge, record, value, why):
    expect(knowledge, record, {"bone.painful": value}, "", why)


@pytest.mark.parametrize(
    ("record", "printed", "why"),
    [
        (lesion(FEMUR).ecog(3), True, "that the femur bears weight is assumed, and decided"),
        (BONE.stated("bone-impending-fracture", valueBoolean=True).ecog(3), False, "no bone is named: nothing was compared with the list"),
    ],
)
def test_the_list_of_weight_bearing_bones_is_named_as_an_assumption_where_it_decided(knowledge, record, printed, why):
    card = ask(knowledge, record, "order-sign", orders(record.id).service(snomed(FIXATION))).card("orthopaedic-surgery-poor-ps")

    assert ("weight-bearing bones = femur, tibia, acetabulum, ilium, vertebra, sacrum" in card["detail"]) is printed, why
