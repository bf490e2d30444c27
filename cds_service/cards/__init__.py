"""Cards: an assessment in the words and the JSON of CDS Hooks."""

from cds_service.cards.fit import topic_code, topic_problems
from cds_service.cards.render import INCOMPLETE, render_cards
from cds_service.cards.text import render_text, render_trace

__all__ = ["INCOMPLETE", "render_cards", "render_text", "render_trace", "topic_code", "topic_problems"]
