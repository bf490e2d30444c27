"""Facts: what the content declares about a patient, read from the record by a few generic readers."""

from cds_service.facts.engine import FactsEngine
from cds_service.facts.load import load_facts

__all__ = ["FactsEngine", "load_facts"]
