"""Registration sheets: what an integration engineer types into an EHR, derived from content, settings, clients file and profile."""

from cds_service.registration.render import as_markdown, as_text
from cds_service.registration.sheet import registration_sheet

__all__ = ["as_markdown", "as_text", "registration_sheet"]
