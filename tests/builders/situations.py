"""A wide choice of situations at every hook, for what must hold in all of them."""

from __future__ import annotations

from tests.builders.clock import days_before
from tests.builders.codes import CISPLATIN_FU, CT_ORDER, FIXATION, FOLFOX, concept, snomed
from tests.builders.orders import Orders, orders
from tests.builders.record import patient
from tests.builders.sources import anorectal_with_bone_and_inguinal, proximal_rectal_with_para_aortic

ANORECTAL = anorectal_with_bone_and_inguinal()
PROXIMAL = proximal_rectal_with_para_aortic()
TREATED = PROXIMAL.regimen(FOLFOX, start=days_before(33))
ADULT_WITH_LIVER = patient().rectum(onset=days_before(200)).metastasis("liver")


def a() -> Orders:
    return orders(ANORECTAL.id)


def p() -> Orders:
    return orders(PROXIMAL.id)


def _situations():
    """Every situation: (name, patient, hook, drafts)."""
    views = {
        "source 1": ANORECTAL,
        "source 2": PROXIMAL,
        "source 1, discussed": ANORECTAL.tumor_board(),
        "source 2, treated and discussed": TREATED.response("PR", days_before(3)).tumor_board(),
        "one line of one drug": PROXIMAL.regimen(["capecitabine"], start=days_before(20)),
        "a line of cisplatin alone": ANORECTAL.regimen(["cisplatin"], start=days_before(20)),
        "para-aortic and liver": PROXIMAL.metastasis("liver"),
        "a node code that says nothing, and one that does": patient().rectum().metastasis("node").metastasis("para-aortic-node"),
        "M0, later M1": ADULT_WITH_LIVER.tnm("c", None, None, "0", on=days_before(30)).tnm("c", None, None, "1", on=days_before(20)),
        "rectum, bone and inguinal, no local recurrence": patient()
        .rectum()
        .metastasis("bone")
        .metastasis("inguinal-node")
        .local_recurrence(present=False, on=days_before(20)),
        "two primaries": patient().rectum().metastasis("bone").primary("breast", None),
        "pathological fracture": patient().rectum().metastasis("bone", body_site="71341001").bone_event("pathological-fracture"),
        "unrelated": PROXIMAL.unrelated(),
        "little known": patient().rectum().metastasis("para-aortic-node"),
        "only a node code that says nothing": patient().rectum().metastasis("intra-abdominal-node"),
        "squamous cancer of the anal canal, liver": patient().primary("anal-canal", "squamous").metastasis("liver").ecog(1),
        "groin, treated before": patient()
        .anorectum(onset="2022-02-01")
        .surgery("apr", on="2022-06-01")
        .radiotherapy("groin", on="2022-03-01")
        .metastasis("inguinal-node"),
        "everything at once": ANORECTAL.metastasis("node").metastasis("liver").tnm("c", None, None, "0", on=days_before(3)),
    }
    yield from ((name, record, "patient-view", None) for name, record in views.items())
    for hook in ("order-select", "order-sign"):
        yield from ((name, record, hook, drafts) for name, record, drafts in _order_situations())


def _order_situations():
    yield "inguinal dissection", ANORECTAL, a().surgery("inguinal-dissection")
    yield "cetuximab, wild type", ANORECTAL, a().drug("cetuximab")
    yield "first line", ANORECTAL, a().drug(*CISPLATIN_FU)
    yield "cetuximab, results differ", PROXIMAL.kras("mutated", days_before(2)), p().drug("cetuximab")
    yield "resection", PROXIMAL, p().surgery("lar")
    yield "resection after response", TREATED.response("PR", days_before(3)), p().surgery("tme")
    yield (
        "dissection after response and progression",
        (TREATED.response("PR", days_before(9)).response("PD", days_before(2))),
        p().surgery("para-aortic-dissection"),
    )
    yield (
        "resection after progression, obstructed",
        (TREATED.without("obstruction").symptom("obstruction").response("PD", days_before(2))),
        p().surgery("lar"),
    )
    yield "neoadjuvant radiotherapy", PROXIMAL, p().radiotherapy("pelvis", "curative")
    yield "radiotherapy after response", TREATED.response("PR", days_before(2)), p().radiotherapy("pelvis", "curative")
    yield "radiotherapy, obstructed", PROXIMAL.without("obstruction").symptom("obstruction"), p().radiotherapy("pelvis", "curative")
    yield (
        "radiotherapy after resection",
        patient().rectum().distance(14).surgery("lar", on=days_before(20)),
        (orders().radiotherapy("pelvis", "neoadjuvant")),
    )
    yield (
        "first line, CT ordered",
        PROXIMAL.without("ct-chest-abdomen-pelvis").referral("ct-order", concept(*CT_ORDER), on=days_before(1)),
        (p().drug(*FOLFOX)),
    )
    yield "PET-CT", PROXIMAL, p().imaging("pet-ct")
    yield from _more_order_situations()


def _more_order_situations():
    """The rows that speak beside others, and those with words of their own for a branch."""
    nodes = ANORECTAL.without("metastasis-bone")
    yield "groin alone, with the primary", nodes, a().surgery("apr").surgery("inguinal-dissection")
    yield (
        "groin alone, no symptoms",
        nodes.stated("inguinal-symptomatic", valueBoolean=False),
        a().surgery("inguinal-dissection"),
    )
    yield "metastases resected", ANORECTAL, a().service({"text": "Metastasectomy"})
    yield (
        "treated primary, no symptoms",
        ANORECTAL.stated("primary-symptomatic", valueBoolean=False),
        a().radiotherapy("pelvis", "curative"),
    )
    anal = patient().primary("anal-canal", "squamous").metastasis("bone").metastasis("inguinal-node")
    bulky = anal.stated("primary-bulky", valueBoolean=True)
    yield "newly diagnosed anal cancer", bulky, orders().radiotherapy("pelvis", "curative").drug("capecitabine")
    femur = patient().rectum().metastasis("bone", body_site="71341001").ecog(3)
    yield "fixation", femur, orders().service(snomed(FIXATION))
    yield "fixation of a fracture", femur.bone_event("pathological-fracture"), orders().service(snomed(FIXATION))
    yield "high tumour at the reflection", PROXIMAL.reflection("below"), p().surgery("tme")
    yield (
        "everything against it",
        PROXIMAL.without("ct-chest-abdomen-pelvis")
        .metastasis("bone")
        .metastasis("inguinal-node")
        .local_recurrence(present=False, on=days_before(20))
        .radiotherapy("pelvis", on=days_before(300))
        .stated("primary-symptomatic", valueBoolean=False),
        p().surgery("lar", "curative").drug("cetuximab", "fluorouracil"),
    )


#: (name, patient, hook, drafts)
SITUATIONS = list(_situations())
