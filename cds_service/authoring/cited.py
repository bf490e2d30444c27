"""Whether what the content cites is in its register of statements."""

from __future__ import annotations

from cds_service.authoring.material import Material, recommendations
from cds_service.errors import ContentProblem
from cds_service.plans.problems import Problems
from cds_service.trace.statements import FILE, load_statements


def check_cited(material: Material, problems: Problems) -> None:
    """Report recommendations that cite a statement which the register does not hold; content without a register has nothing to hold."""
    if not (material.folder / FILE).is_file():
        return
    found: list[ContentProblem] = []
    register = load_statements(material.folder, found)
    for problem in found:
        problems.at(problem.file, problem.element).add(problem.problem, problem.remedy)
    for plan in material.topics:
        for recommendation in recommendations(plan):
            code = str(recommendation["id"])
            cited = {citation.statement for _, action in material.appearances(code) for citation in action.citations}
            for label in sorted(cited - set(register)):
                problems.at(plan.file, f"action[{code}].documentation").add(
                    f"cites {label}, which the register does not hold", f"correct the label, or add the statement to {FILE}"
                )
