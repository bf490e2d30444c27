"""HealthChain with the least handler for the same hooks: one constant card.

It runs in an environment of its own (bench/requirements.txt), as it pins older libraries than ours.
"""

from __future__ import annotations

from healthchain.gateway import CDSHooksService, HealthChainAPI
from healthchain.models import Card, CDSRequest, CDSResponse

CARD = {"summary": "A constant card", "indicator": "info", "source": {"label": "bench"}}
service = CDSHooksService()


@service.hook("patient-view", id="patient-view")
def _view(_: CDSRequest) -> CDSResponse:
    return CDSResponse(cards=[Card(**CARD)])


@service.hook("order-sign", id="order-sign")
def _sign(_: CDSRequest) -> CDSResponse:
    return CDSResponse(cards=[Card(**CARD)])


app = HealthChainAPI(title="bench", enable_events=False)
app.register_service(service)
