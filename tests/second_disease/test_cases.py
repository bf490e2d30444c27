"""The language of cases and the register of statements know no disease either."""

import pytest
from click.testing import CliRunner

from cds_service.cases.load import load_cases
from cds_service.cases.load_phrases import load_phrases
from cds_service.cases.report import failure_lines
from cds_service.cases.run import run_case
from cds_service.cli import main
from cds_service.served import load_content
from tests.second_disease.people import CONTENT

BOOK = load_phrases(CONTENT)
CASES = load_cases(CONTENT, load_content(CONTENT), BOOK)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_comes_out_as_expected(second, case):
    outcome = run_case(case, second, BOOK.as_of)
    assert outcome.passed, "\n".join(failure_lines(outcome))


def test_every_recommendation_has_cases(second):
    codes = {action.code for service in second.services.values() for action in service.actions}
    assert {case.recommendation for case in CASES} == codes
    for code in codes:
        own = [case for case in CASES if case.recommendation == code]
        fires = [case for case in own if code in {expected.code for expected in case.expect}]
        silent = [case for case in own if code in case.absent]
        opened = [case for case in own if code in case.unknown]
        assert len(fires) >= 2 <= len(silent), code
        # whether anything is needed is always known, so that no case can leave it open
        assert opened or code == "ask-for", code


@pytest.mark.parametrize(("command", "says"), [("cases", "49 cases, all passed"), ("trace", "statements 6/6, tensions 0/0")])
def test_the_commands_run_over_it(command, says):
    result = CliRunner().invoke(main, [command, str(CONTENT)])
    assert (result.exit_code, says in result.output) == (0, True), result.output
