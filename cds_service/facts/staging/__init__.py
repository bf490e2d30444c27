"""Staging: categories and stage groups as recorded, the stage that tables derive, and where both contradict the spread recorded."""
