"""A CDS Hooks service: FHIR record in, typed facts, PlanDefinition logic, explained cards out."""

__version__ = "0.1.0"
