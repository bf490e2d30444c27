"""The shipped content as its authors must leave it: everything can be shown, is used, and leads where it says."""

import pytest

from cds_service.authoring import Material, examine
from cds_service.knowledge import shipped_content


@pytest.mark.no_cover  # examined at small contents by the unit tests; tracing it here would take most of the time
def test_nothing_is_left_to_put_right(knowledge):
    assert [str(problem) for problem in examine(Material(shipped_content(), knowledge)).problems] == []
