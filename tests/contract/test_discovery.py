"""Discovery of the shipped content: complete, and within what clients must support."""

from cds_service.prefetch.lint import MAX_KEYS, MAX_LENGTH, lint

KEYS = ["patient", "conditions", "staging", "clinical", "molecular", "procedures", "medications", "administrations", "reports", "referrals"]


def services(client):
    return client.http.get("/cds-services").json["services"]


def test_every_hook_has_its_service(client):
    found = {(service["id"], service["hook"]) for service in services(client)}
    assert found == {(f"rectal-anal-{hook}", hook) for hook in ("patient-view", "order-select", "order-sign")}


def test_every_service_says_what_it_is(client):
    for service in services(client):
        assert {"id", "hook", "title", "description", "usageRequirements", "prefetch"} == set(service)
        assert all(service.values())


def test_prefetch_is_what_the_contract_lists(client):
    for service in services(client):
        assert sorted(service["prefetch"]) == sorted(KEYS)
        assert len(service["prefetch"]) <= MAX_KEYS
        assert service["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert service["prefetch"]["conditions"] == "Condition?patient={{context.patientId}}"


def test_prefetch_passes_the_linter(client):
    for service in services(client):
        assert lint(service["prefetch"]) == []
        assert max(len(template) for template in service["prefetch"].values()) <= MAX_LENGTH
        assert "%" not in "".join(service["prefetch"].values())
