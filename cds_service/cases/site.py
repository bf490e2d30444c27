"""What the site of a case has set: read and checked like a site's own file of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cds_service.knowledge import Knowledge
from cds_service.plans.bounds import check_bounds
from cds_service.plans.compiled import Parameter
from cds_service.plans.problems import Place
from cds_service.plans.site import changed_parameters


def site_of(value: Any, place: Place, knowledge: Knowledge) -> Mapping[str, Parameter]:
    """The parameters that ``site: {name: value}`` sets, in the units that the content declares; problems are reported."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        place.add("is not a mapping", "write 'parameter: value'")
        return {}
    known = knowledge.parameter_info
    entries = [(_entry(str(name), wanted, known.get(str(name))), place.child(str(name))) for name, wanted in value.items()]
    found = changed_parameters(known, entries)
    check_bounds(found, knowledge.terminology.codes, place.problems)
    return {name: parameter for name, parameter in found.items() if parameter.is_site_setting}


def _entry(name: str, value: Any, parameter: Parameter | None) -> Mapping[str, Any]:
    unit = {} if parameter is None or parameter.unit is None else {"unit": parameter.unit}
    return {"name": name, "value": value, **unit}
