"""The application for any WSGI server, and JSON as Flask itself uses it."""

from decimal import Decimal

import pytest
from flask import jsonify

from cds_service.web import from_environment
from cds_service.web.reply import dumps
from tests.builders import plants
from tests.unit.web.edge import Edge


def test_the_environment_describes_an_application(monkeypatch, tmp_path):
    monkeypatch.setenv("CDS_CONTENT_DIR", str(plants.write_content(tmp_path / "plants")))
    assert from_environment().test_client().get("/cds-services").json["services"][0]["id"] == "plants"


def test_decimals_are_numbers():
    assert dumps({"x": Decimal("4.9")}) == b'{"x":4.9}'


def test_what_is_no_json_is_a_defect():
    with pytest.raises(TypeError):
        dumps({"x": object()})


def test_flask_speaks_by_the_same_library():
    app = Edge().app
    with app.app_context():
        assert jsonify({"x": Decimal("0.5")}).get_json() == {"x": 0.5}
