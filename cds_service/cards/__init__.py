"""Cards: an assessment in the words and the JSON of CDS Hooks."""

from cds_service.cards.render import render_cards
from cds_service.cards.text import render_text, render_trace

__all__ = ["render_cards", "render_text", "render_trace"]
