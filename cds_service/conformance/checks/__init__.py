"""The checks by name, as ``requirements.yaml`` names them: each looks at the evidence and gives a verdict."""

from collections.abc import Callable, Mapping

from cds_service.conformance.checks import calls, cards, discovery, security
from cds_service.conformance.evidence import Evidence
from cds_service.conformance.verdict import Verdict

Check = Callable[[Evidence], Verdict]
CHECKS: Mapping[str, Check] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": check
    for module in (discovery, calls, cards, security)
    for name, check in module.CHECKS.items()
}

__all__ = ["CHECKS", "Check"]
