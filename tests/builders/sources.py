"""The two patients that the two sources were written about."""

from __future__ import annotations

from tests.builders.clock import days_before
from tests.builders.record import Patient, patient


def anorectal_with_bone_and_inguinal() -> Patient:
    """Source 1's own case: adenocarcinoma of the anorectum, bone and inguinal metastases, no local recurrence.

    Two and a half years after abdominoperineal resection of a stage II tumour, metastases appear; nothing has been given for them.
    """
    return (
        patient("anorectal")
        .anorectum(onset="2024-03-04")
        .tnm("c", "3", "0", "0", on="2024-03-18")
        .surgery("apr", on="2024-04-22")
        .metastasis("bone", on=days_before(30), body_site="22356005")
        .metastasis("inguinal-node", on=days_before(30))
        .local_recurrence(present=False, on=days_before(28))
        .stage_group("IV", on=days_before(28))
        .tnm("c", None, None, "1", on=days_before(28))
        .symptom("obstruction", present=False, on=days_before(9))
        .symptom("bleeding", present=False, on=days_before(9))
        .symptom("perforation", present=False, on=days_before(9))
        .radiotherapy("groin", status="not-done", on=days_before(28))
        .cea(12.3, "ng/mL", days_before(12))
        .ecog(1, days_before(9))
        .kras("wild-type", days_before(20))
        .ct_chest_abdomen_pelvis(days_before(29))
    )


def proximal_rectal_with_para_aortic() -> Patient:
    """Source 2's own case: rectal adenocarcinoma 14 cm from the anal verge with para-aortic nodes, nothing treated yet."""
    return (
        patient("proximal")
        .rectum(onset=days_before(45))
        .distance(14, "cm", days_before(44))
        .tnm("c", "3", "1b", "1a", on=days_before(30))
        .stage_group("IVA", on=days_before(30))
        .metastasis("para-aortic-node", on=days_before(35))
        .para_aortic_count(2, on=days_before(35))
        .symptom("obstruction", present=False, on=days_before(9))
        .symptom("bleeding", present=False, on=days_before(9))
        .symptom("perforation", present=False, on=days_before(9))
        .cea(4.2, "ng/mL", days_before(12))
        .ecog(1, days_before(9))
        .kras("wild-type", days_before(20))
        .ct_chest_abdomen_pelvis(days_before(33))
    )
