"""Nothing of a patient, a user or an order in logs or error bodies: identifiers are sent through every route and looked for."""

import json

import pytest
from sqlalchemy import select

from cds_service.store.tables import cards, invocations
from tests.builders import anorectal_with_bone_and_inguinal, orders, request

MARK = "Zz4711Margaret"


def marked():
    """A call in which every place that can hold an identifier holds one."""
    patient = anorectal_with_bone_and_inguinal()
    body = request(patient, "order-sign", orders(patient.id).surgery("inguinal-dissection"))
    text = json.dumps(body).replace(patient.id, f"{MARK}-patient").replace("synthetic-oncologist", f"{MARK}-user")
    body = json.loads(text)
    body["hookInstance"] = f"{MARK}-instance"
    body["context"]["encounterId"] = f"{MARK}-encounter"
    body["fhirServer"] = f"https://{MARK}.example.org/fhir"
    body["fhirAuthorization"] = {"access_token": f"{MARK}-token", "token_type": "Bearer"}
    body["extension"] = {MARK: MARK}
    body["prefetch"]["patient"] |= {"name": [{"family": MARK}], "identifier": [{"value": MARK}]}
    body["prefetch"][MARK] = {"resourceType": MARK, "id": MARK}
    body["prefetch"]["conditions"]["entry"].append({"resource": MARK})
    return body


def without(body, *path):
    *steps, last = path
    node = body
    for step in steps:
        node = node[step]
    del node[last]
    return body


BAD = {
    "no conditions": lambda body: without(body, "prefetch", "conditions"),
    "no user": lambda body: without(body, "context", "userId"),
    "odd user": lambda body: body | {"context": body["context"] | {"userId": [MARK]}},
    "odd hook": lambda body: body | {"hook": MARK},
    "odd prefetch": lambda body: body | {"prefetch": MARK},
    "another patient": lambda body: body | {"prefetch": body["prefetch"] | {"patient": {"resourceType": "Patient", "id": MARK}}},
    "another's draft": lambda body: json.loads(json.dumps(body).replace(f'"Patient/{MARK}-patient"', f'"Patient/{MARK}"', 1)),
    "odd conditions": lambda body: body | {"prefetch": {"conditions": MARK}},
}


def test_an_answered_call_leaves_no_trace_in_the_log(client):
    assert client.call(marked(), "order-sign").status_code == 200
    assert MARK.lower().encode() not in client.log.getvalue().lower()


@pytest.mark.parametrize("kind", BAD)
def test_a_refused_call_leaves_no_trace_anywhere(client, kind):
    answer = client.call(BAD[kind](marked()), "order-sign")
    assert answer.status_code >= 400 or kind == "another's draft"
    if answer.status_code >= 400:
        assert MARK.lower().encode() not in answer.data.lower()
    assert MARK.lower().encode() not in client.log.getvalue().lower()


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "OPTIONS", MARK])
@pytest.mark.parametrize("path", ["/", "/cds-services", "/cds-services/{mark}", "/cds-services/{mark}/feedback", "/health/live", "/{mark}"])
def test_paths_queries_and_headers_leave_no_trace(client, method, path):
    headers = dict.fromkeys(("Authorization", "X-Request-Id", "Origin", "User-Agent", "Referer", "Cookie"), MARK)
    answer = client.http.open(path.format(mark=MARK) + f"?patient={MARK}", method=method, headers=headers, data=MARK)
    assert MARK.lower().encode() not in answer.data.lower()
    assert MARK.lower().encode() not in client.log.getvalue().lower()


def told():
    """Feedback in which every place that a clinician or an EHR may fill holds an identifier."""
    reason = {"reason": {"system": MARK, "code": MARK, "display": MARK}, "userComment": MARK, "extension": {MARK: MARK}}
    return {"card": MARK, "outcome": "overridden", "overrideReason": reason, "outcomeTimestamp": MARK, MARK: MARK}


@pytest.mark.parametrize(
    ("body", "status", "comment"),
    [
        ({"feedback": [told()], MARK: MARK}, 200, "stored"),
        ({"feedback": [told() | {"outcome": MARK}]}, 400, "no outcome"),
        ({"feedback": [told() | {"card": [MARK]}]}, 400, "no card"),
        ({"feedback": [told() | {"overrideReason": {"userComment": [MARK]}}]}, 400, "no comment"),
        ({"feedback": [told() | {"acceptedSuggestions": [MARK]}]}, 400, "no suggestion"),
        ({"feedback": MARK}, 400, "no list"),
    ],
)
def test_feedback_leaves_no_trace_outside_the_store(client, body, status, comment):
    answer = client.http.post(f"/cds-services/{client.service('order-sign')}/feedback", json=body)
    assert answer.status_code == status, comment
    assert MARK.lower().encode() not in (answer.data + client.log.getvalue()).lower()


def test_the_audit_trail_has_nothing_of_the_patient(client):
    """Nor of the user, the EHR's addresses or tokens, and of the hookInstance only what is a UUID."""
    store = client.application.store
    client.call(marked(), "order-sign")
    for change in BAD.values():
        client.call(change(marked()), "order-sign")
    client.http.post(f"/cds-services/{MARK}", json=marked())
    store.audit.flush()
    with store._database.reading() as connection:
        rows = [repr(tuple(row)) for table in (invocations, cards) for row in connection.execute(select(table))]
    assert len(rows) > len(BAD)
    assert not [row for row in rows if MARK.lower() in row.lower()]
