"""Bodies: declared, sized, packed and parsed."""

import gzip
import io

import orjson
import pytest

from tests.unit.web.edge import CALL, Edge

BODY = orjson.dumps(CALL)
SMALL = {"max_body_bytes": 1024}


def packed(body):
    """The same bytes at every run: gzip would write the time of packing into its header."""
    return gzip.compress(body, mtime=0)


@pytest.mark.parametrize("declared", ["application/json", "application/json; charset=utf-8", "application/fhir+json", "APPLICATION/JSON"])
def test_json_by_any_of_its_names_is_accepted(declared):
    assert Edge().call(BODY, content_type=declared).status_code == 200


@pytest.mark.parametrize("declared", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "", "json"])
def test_anything_else_is_not(declared):
    answer = Edge().call(BODY, content_type=declared)
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (415, "not-supported")


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_gzip_is_unpacked(encoding):
    assert Edge().call(packed(BODY), headers={"Content-Encoding": encoding}).status_code == 200


def test_gzip_of_several_members_is_unpacked():
    assert Edge().call(packed(BODY[:20]) + packed(BODY[20:]), headers={"Content-Encoding": "gzip"}).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "comment"),
    [
        (BODY, 400, "not packed"),
        (packed(BODY)[:-9], 400, "cut off"),
        (packed(BODY) + b"rest", 400, "something behind it"),
        (packed(b" " * 1_000_000), 413, "a bomb"),
        (packed(b" " * 600) * 2, 413, "a bomb in parts"),
        (packed(b""), 400, "packed nothing"),
    ],
)
def test_bad_gzip_is_refused(body, status, comment):
    assert Edge(**SMALL).call(body, headers={"Content-Encoding": "gzip"}).status_code == status, comment


def test_other_encodings_are_refused():
    assert Edge().call(BODY, headers={"Content-Encoding": "br"}).status_code == 415


def test_a_body_may_be_as_large_as_allowed_and_no_larger():
    assert Edge(**SMALL).call(BODY.ljust(1024)).status_code == 200
    answer = Edge(**SMALL).call(BODY.ljust(1025))
    assert (answer.status_code, answer.json["issue"][0]["code"]) == (413, "too-long")


def test_a_body_of_untold_length_is_measured_as_it_is_read():
    edge = Edge(**SMALL)
    answer = edge.client.post(
        "/cds-services/s1",
        input_stream=io.BytesIO(BODY.ljust(5000)),
        content_type="application/json",
        headers={"Transfer-Encoding": "chunked"},
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 413


class Broken(io.RawIOBase):
    """A body whose reading fails, as servers let it."""

    def readinto(self, _):
        raise RuntimeError("badly chunked: Margaret")


def test_a_body_that_breaks_off_is_refused():
    edge = Edge()
    broken = {"wsgi.input": Broken(), "wsgi.input_terminated": True}
    answer = edge.client.post("/cds-services/s1", content_type="application/json", environ_overrides=broken)
    assert (answer.status_code, b"Margaret" in answer.data + edge.log.getvalue()) == (400, False)


@pytest.mark.parametrize(
    ("body", "comment"),
    [
        (b"", "empty"),
        (b"{", "cut off"),
        (b'{"hook": NaN}', "NaN"),
        (b'{"hook": Infinity}', "Infinity"),
        (b'{"hook": "\xff"}', "bad UTF-8"),
        (b'{"hook": "\\ud800"}', "half a surrogate pair"),
        (b"{'hook': 1}", "single quotes"),
        (b'{"hook": 1,}', "a trailing comma"),
        (b'{"hook": 1} {}', "two values"),
        (b"// hi\n{}", "a comment"),
        (b"[" * 100_000, "nested without end"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested too deeply"),
        ('{"hook": 1}'.encode("utf-16"), "UTF-16"),
    ],
)
def test_what_is_no_json_is_refused_without_an_echo(body, comment):
    answer = Edge().call(body)
    assert (answer.status_code, answer.json["resourceType"]) == (400, "OperationOutcome"), comment
    assert b"hook" not in answer.data, comment


def test_a_byte_order_mark_is_no_harm():
    assert Edge().call(b"\xef\xbb\xbf" + BODY).status_code == 200


def test_of_a_key_that_stands_twice_the_last_counts():
    edge = Edge()
    assert edge.call(BODY[:-1] + b',"hookInstance":"last"}').status_code == 200
    assert edge.calls[0].hook.instance == "last"
