"""Traceability: from each statement of the source documents to recommendations, their criteria, and the cases that show them."""
