"""Black-box conformance: what a running CDS Service, ours or anyone's, keeps of CDS Hooks 2.0, requirement by requirement.

Knows nothing of the service that it looks at but its address: it imports neither our hooks nor our content.
"""

from cds_service.conformance.fhir import FhirServer
from cds_service.conformance.report import as_json, as_markdown, as_text
from cds_service.conformance.run import Report, Row, examine
from cds_service.conformance.target import Signer, Target

__all__ = ["FhirServer", "Report", "Row", "Signer", "Target", "as_json", "as_markdown", "as_text", "examine"]
