"""Plans: PlanDefinitions of the content, checked, compiled and applied to facts."""
