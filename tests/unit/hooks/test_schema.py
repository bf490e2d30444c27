"""Where a request breaks the contract is told in names of the contract alone."""

import pytest
from jsonschema import Draft202012Validator

from cds_service.hooks.schema import first_error, path_of

SCHEMA = {
    "properties": {
        "ours": {"type": "object", "additionalProperties": {"type": "integer"}, "required": ["needed"]},
        "list": {"items": {"properties": {"own": {"type": "string"}}}},
    }
}


@pytest.mark.parametrize(
    ("instance", "where", "comment"),
    [
        ({"ours": {"needed": 1, "Margaret-4711": "x"}}, "ours.*", "a name of the client's"),
        ({"ours": {}}, "ours.needed", "one that is missing"),
        ({"list": [{}, {"own": 7}]}, "list[1].own", "a place in a list"),
        ({"ours": 7}, "ours", "a name of the schema"),
    ],
)
def test_only_names_of_the_schema_are_repeated(instance, where, comment):
    [error] = Draft202012Validator(SCHEMA).iter_errors(instance)
    assert path_of(error) == where, comment


def test_a_list_that_is_too_long_is_told_before_what_is_in_it():
    context = {"userId": "u", "patientId": "p", "draftOrders": {"resourceType": "Bundle"}, "selections": [7] * 1001}
    assert path_of(first_error("contexts", context, "order-select")) == "selections"
