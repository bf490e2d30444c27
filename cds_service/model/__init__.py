"""The vocabulary shared by facts, plans and cards: the logical model, the facts of a record, the assessment."""
