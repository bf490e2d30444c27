"""Synthetic patients and hook requests, written as a clinician would tell them: ``patient().rectum().cea(4.9, "ng/mL", days_before(10))``.

Nothing here is real. Every date is relative to :data:`AS_OF`, so a test never depends on the day that it runs on.
"""

from tests.builders.clock import AS_OF, days_before
from tests.builders.orders import Orders, orders
from tests.builders.record import Patient, patient
from tests.builders.request import request, service_of
from tests.builders.sources import anorectal_with_bone_and_inguinal, proximal_rectal_with_para_aortic

__all__ = [
    "AS_OF",
    "Orders",
    "Patient",
    "anorectal_with_bone_and_inguinal",
    "days_before",
    "orders",
    "patient",
    "proximal_rectal_with_para_aortic",
    "request",
    "service_of",
]
