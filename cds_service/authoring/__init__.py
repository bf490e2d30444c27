"""Tools for those who write content: what the start does not need to know, and an author does."""

from cds_service.authoring.examine import Examination, examine
from cds_service.authoring.material import Material

__all__ = ["Examination", "Material", "examine"]
