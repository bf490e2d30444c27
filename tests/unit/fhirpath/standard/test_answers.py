"""What expressions give, where HL7's suite does not ask."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from cds_service.fhirpath import Quantity as PlainQuantity
from cds_service.fhirpath import Temporal
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import NO_MODEL, Moment, Quantity, compile_fhirpath

NOW = datetime(2026, 11, 21, 10, 30, 15, 250_000, tzinfo=UTC)
ROWS = [
    # expression, answer as text, why
    ("@2024-01-31 + 1 month", ["2024-02-29"], "the last day of the month"),
    ("@2024 + 25 months", ["2026"], "as precise as before"),
    ("@2024 + 400 days", ["2025"], "365 days a year"),
    ("@2024-01 + 59 days", ["2024-02"], "30 days a month"),
    ("@2024-05-31 + 47 hours", ["2024-06-01"], "24 hours a day"),
    ("@9999 + 1 year", [], "beyond the calendar"),
    ("@9999-12-31 + 1 day", [], "beyond the calendar"),
    ("@2024-03-01 - 1 day", ["2024-02-29"], "backwards"),
    ("@2024-03-01T00:00:00Z - 0.5 seconds", ["2024-02-29T23:59:59.500Z"], "fractions of seconds count"),
    ("@2024-03-01T10:00 + 90 seconds", ["2024-03-01T10:01"], "as precise as before"),
    ("@T23:30 + 45 minutes", ["00:15"], "around the clock"),
    ("@2024-05-31T10:00:00Z < @2024-05-31T12:00:00", [], "a zone that is not known"),
    ("@2024-05-31T10:00:00Z < @2024-06-02T12:00:00", ["True"], "whatever the zone is"),
    ("@2024-05-31T23:30:00-02:00 = @2024-06-01T01:30:00Z", ["True"], "the same moment"),
    ("@2024-05-31T10:00:60Z = @2024-05-31T10:00:59Z", ["True"], "a leap second"),
    ("@T10:30 < @T10:30:30", [], "precision"),
    ("@2024.lowBoundary()", ["2024-01-01"], "the first day"),
    ("@2024-02.highBoundary()", ["2024-02-29"], "the last day"),
    ("@2024.highBoundary(5)", [], "no such precision"),
    ("@2024-02-01T10:30:15.2Z.highBoundary()", ["2024-02-01T10:30:15.200Z"], "what is precise stays"),
    ("@2024-02-01T10:30:15Z.precision()", ["14"], "seconds without a fraction"),
    ("@T10.precision()", ["2"], "digits"),
    ("1.5 'mg'.highBoundary(2)", ["1.55 'mg'"], "half a digit"),
    ("now()", ["2026-11-21T10:30:15.250Z"], "the time that was given"),
    ("today()", ["2026-11-21"], "the time that was given"),
    ("timeOfDay()", ["10:30:15.250"], "the time that was given"),
    ("1 year = 12 months", ["True"], "of the calendar"),
    ("1 year > 11 months", ["True"], "of the calendar"),
    ("1 year = 365 days", [], "a year has no certain length"),
    ("1 year ~ 1 'a'", ["True"], "nearly"),
    ("1 month + 1 year", ["13 month"], "the finer unit"),
    ("1 'g' + 1 'mg'", ["1001 'mg'"], "the finer unit"),
    ("1 'mg' + 1 'g'", ["1001 'mg'"], "the finer unit"),
    ("1 'mg' + 1 'm'", [], "of two kinds"),
    ("1 'mg' < 1 'm'", [], "of two kinds"),
    ("1 'x' = 1 'x'", ["True"], "a unit that is not known is itself"),
    ("1 'x' = 1 'y'", [], "and nothing else"),
    ("1 'mmol/L' = 1 'mol/m3'", ["True"], "a quotient"),
    ("1 '10*9/L' = 1 '10*3/uL'", ["True"], "powers of ten"),
    ("1 'mg/dL' = 10 'mg/L'", ["True"], "prefixes"),
    ("1 '/min' = 60 '/h'", ["True"], "nothing before the stroke"),
    ("1 '{score}' = 1 '1'", ["True"], "an annotation is no unit"),
    ("120 'mm[Hg]' > 15 'kPa'", ["True"], "pressures"),
    ("37 'Cel' = 310.15 'K'", [], "no ratio: not converted"),
    ("4 'g/m' * 2 'm'", ["8 'g/m.m'"], "units are joined"),
    ("8 'g' / 2 'g/m'", ["4 'g/g.m'"], "a divisor is turned"),
    ("8 'g' / 2 'g'", ["4 '1'"], "a plain number"),
    ("8 'g' / 2", ["4 'g'"], "by a number"),
    ("2 * 8 'g'", ["16 'g'"], "by a number"),
    ("8 'g' / 0", [], "by nothing"),
    ("5 '1' = 5", ["True"], "a number is a quantity"),
    ("5 = 5 '1'", ["True"], "either way"),
    ("-(3 'mg')", ["-3 'mg'"], "a sign"),
    ("+(3 'mg')", ["3 'mg'"], "a sign"),
    ("(1 'g' | 1000 'mg' | 1 'm' | 1 'x' | 12 months | 1 year).count()", ["4"], "equal amounts are one"),
    ("(@2024-05 | @2024-05 | @2024-05T | @2024-05-01).count()", ["2"], "equal moments are one"),
    ("(1 | 1.0 | '1' | true).count()", ["3"], "equal numbers are one"),
    ("1000 'mg'.toQuantity('g')", ["1.000 'g'"], "converted"),
    ("1000 'mg'.toQuantity('m')", [], "of another kind"),
    ("1000 'mg'.convertsToQuantity('g')", ["True"], "could be"),
    ("{}.toQuantity('g')", [], "nothing"),
    ("'1 fortnight'.toQuantity()", [], "no such word"),
    ("@2024-05-31T10:00:00Z.toDate()", ["2024-05-31"], "the day of a moment"),
    ("@2024-05-31.toDateTime()", ["2024-05-31"], "as precise as before"),
    ("'2024-05-31T10:00:00Z'.toDate()", ["2024-05-31"], "the day of a text"),
    ("5.toDate()", [], "a number is no date"),
    ("5.toDateTime()", [], "a number is no date"),
    ("5.toTime()", [], "a number is no time"),
    ("@T10:30.toTime()", ["10:30"], "a time"),
    ("@T10:30.toBoolean()", [], "a time is no boolean"),
    ("@T10:30.toQuantity()", [], "a time is no amount"),
    ("'N'.toBoolean()", ["False"], "a word for no"),
    ("'perhaps'.toBoolean()", [], "no word for either"),
    ("true.toString()", ["true"], "as FHIR writes it"),
    ("100.power(20)", [], "an overflow"),
    ("2.power(0.5) > 1.41", ["True"], "a root"),
    ("0.ln()", [], "no result"),
    ("3.5.round(30)", ["3.5"], "more digits than there are"),
    ("(-2.5).round()", ["-3"], "away from zero"),
    ("2147483647 * 2", [], "an overflow"),
    ("7 mod 0", [], "by nothing"),
    ("(2 'mg' | 1 'g').max()", ["1 'g'"], "amounts"),
    ("(2 'mg' | 1 'm').max()", [], "cannot be told"),
    ("(3 | 1 | 2).min()", ["1"], "numbers"),
    ("(1 | 2).avg()", ["1.5"], "a mean"),
    ("{}.sum()", [], "nothing"),
    ("(2 'mg').combine(1 'm').sum()", [], "of two kinds"),
    ("'abc'.encode('rot13')", [], "no such form"),
    ("'%%%'.decode('base64')", [], "no such text"),
    ("'abc'.split('')", ["a", "b", "c"], "every character"),
    ("('a' | 'b').join()", ["ab"], "nothing between"),
    ("'a1b22'.replaceMatches('([0-9])', '<$1>')", ["a<1>b<2><2>"], "groups"),
    ("'abc'.matchesFull('[a-c]{3}')", ["True"], "counted"),
    ("'abc'.substring(1, -1)", [""], "a negative length is none"),
    ("(true | false).anyTrue()", ["True"], "one is"),
    ("(false).allFalse()", ["True"], "all are"),
    ("(true).anyFalse()", ["False"], "none is"),
    ("(1 | 2).select($this + $index)", ["1", "3"], "the place in the list"),
    ("(1 | 2).aggregate($total + $this, 0)", ["3"], "a running total"),
    ("iif(false, 1)", [], "no other branch"),
    ("%raw.number * 2", ["5.0"], "a float by its digits"),
    ("%raw.list.where($this > 1)", ["2", "3"], "nested lists are one"),
    ("%raw.items.name", ["a", "b"], "members of a list"),
    ("%raw.items.where(name = 'b').size", ["2"], "a condition"),
    ("%raw.items[1].name", ["b"], "an index"),
    ("%raw.items.where($index = 1).name", ["b"], "the place in the list"),
    ("%raw.nothing.at.all", [], "no such member"),
    ("%raw.when < @2024-06-01", ["True"], "a date that was read before"),
    ("%raw.amount > 5 'ng/mL'", ["True"], "an amount that was read before"),
    ("%raw.items.descendants().count()", ["4"], "below objects"),
    ("%raw.items = %raw.items", ["True"], "objects"),
    ("%raw.items ~ %raw.turned", ["True"], "in any order"),
    ("%raw.items = %raw.turned", ["False"], "in order"),
    ("%raw.items.first() in %raw.turned", ["True"], "an object in a list"),
    ("%raw.text ~ ' SOME  text '", ["True"], "case and spacing"),
    ("%raw.list.subsetOf(%raw.list)", ["True"], "of itself"),
    ("(@2024).subsetOf(@2024-05)", [], "cannot be told"),
    ("@2024-05-01 in (@2024 | @2023)", [], "cannot be told"),
    ("(@2024 | @2023) = (@2024-05 | @2023)", [], "cannot be told"),
    ("`Patient`.name.exists()", ["False"], "another type of input"),
]
RAW = {
    "number": 2.5, "list": [1, [2, 3], None], "items": [{"name": "a", "size": 1}, {"name": "b", "size": 2}],
    "turned": [{"name": "b", "size": 2}, {"name": "a", "size": 1}], "when": Temporal.parse("2024-05-31"),
    "amount": PlainQuantity(Decimal(6), "ng/mL"), "text": "Some text",
}  # fmt: skip


@pytest.mark.parametrize(("text", "answer", "reason"), ROWS)
def test_answer(text, answer, reason):
    expression = compile_fhirpath(text, model=r4(), variables={"raw": None})
    assert [str(value) for value in expression(None, {"raw": RAW}, now=NOW)] == answer, reason


def fhir(**members):
    return {"resourceType": "Observation", **members}


RESOURCES = [
    # expression, Observation, answer, why
    ("value.value", fhir(valueQuantity={"value": 1.5}), [Decimal("1.5")], "a choice"),
    ("value > 1 'mg'", fhir(valueQuantity={"value": 1.5, "code": "mg", "system": "http://unitsofmeasure.org"}), [True], "an amount"),
    ("value = 1.5 'mg'", fhir(valueQuantity={"value": 1.5, "unit": "mg"}), [True], "a unit without a system"),
    ("value = 1.5 'mg'", fhir(valueQuantity={"value": 1.5, "unit": "mg", "system": "urn:x"}), [False], "a unit of another system"),
    ("value = 1 'mg'", fhir(valueQuantity={"value": 1, "code": "mg", "comparator": "<"}), [False], "less than it is no amount"),
    ("value = 1 'mg'", fhir(valueQuantity={"unit": "mg"}), [], "no value"),
    ("value.coding.code", fhir(valueCodeableConcept={"coding": [{"code": "a"}, {"code": "b"}]}), ["a", "b"], "one of a choice"),
    ("value.ofType(string)", fhir(valueString="a"), ["a"], "one of a choice"),
    ("(value as Quantity).unit", fhir(valueString="a"), [], "another one"),
    ("value is string", fhir(valueString="a"), [True], "one of a choice"),
    ("value is string", fhir(), [], "nothing"),
    ("effective.extension.value", fhir(_effectiveDateTime={"extension": [{"valueCode": "b"}]}), ["b"], "only an extension"),
    ("effective.hasValue()", fhir(_effectiveDateTime={"id": "1"}), [False], "no value"),
    ("effective.exists()", fhir(_effectiveDateTime={"id": "1"}), [True], "something is said"),
    ("issued.getValue() > @2024", fhir(issued="2025-01-01T00:00:00Z"), [True], "a value"),
    ("code.getValue()", fhir(code={"text": "a"}), [], "an object has no value"),
    ("contained.where($this is Patient).id", fhir(contained=[{"resourceType": "Patient", "id": "1"}]), ["1"], "a resource says its type"),
    ("contained.ofType(Patient).name.family", fhir(contained=[{"resourceType": "Patient", "name": [{"family": "a"}]}]), ["a"], "typed"),
    ("contained.ofType(Resource).id", fhir(contained=[{"resourceType": "Patient", "id": "1"}]), ["1"], "of a base"),
    ("component.repeat(extension).url", fhir(component=[{"extension": [{"url": "a", "extension": [{"url": "b"}]}]}]), ["a", "b"], "deeper"),
    ("Resource.id", fhir(id="1"), ["1"], "the name of a base"),
    ("DomainResource.contained.count()", fhir(), [0], "the name of a base"),
    ("%resource.status = %context.status", fhir(status="final"), [True], "the input"),
    ("status.type().name", fhir(status="final"), ["code"], "a type's name"),
    ("iif(status = 'final', value, code)", fhir(status="final", valueInteger=1), [1], "one of two"),
    ("conformsTo('http://hl7.org/fhir/StructureDefinition/Resource')", fhir(), [True], "a base"),
    ("category.sort(text).text", fhir(category=[{"text": "b"}, {"text": "a"}, {}]), ["a", "b"], "by a key"),
    ("category.where(coding.code = 'x').exists()", fhir(category=[{"coding": [{"code": "x"}]}]), [True], "through lists"),
    ("value.lowBoundary().toString()", fhir(valueDateTime="2024"), ["2024-01-01T00:00:00.000+14:00"], "of a choice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "resource", "answer", "reason"), RESOURCES)
@pytest.mark.parametrize("context", ["Observation", None])
def test_answer_over_a_resource(text, resource, answer, reason, context):
    assert compile_fhirpath(text, model=r4(), context=context)(resource, now=NOW) == answer, reason


def test_what_others_provide():
    hooks = {
        "resolve": lambda reference: {"resourceType": "Patient", "id": reference["reference"]},
        "member_of": lambda code, url: code == url[-4:],
        "conforms_to": lambda resource, url: resource["id"] == url,
    }
    patient = {"resourceType": "Patient", "id": "x", "gender": "male", "managingOrganization": {"reference": "a"}}

    def answer(text):
        return compile_fhirpath(text, model=r4(), context="Patient", hooks=hooks)(patient)

    assert answer("managingOrganization.resolve().id") == ["a"]
    assert answer("gender.memberOf('http://male')") == [True]
    assert answer("language.memberOf('http://male')") == []
    assert answer("conformsTo('x')") == [True]
    assert answer("conformsTo({})") == []


def test_trace_is_told():
    told = []
    expression = compile_fhirpath("name.trace('names', family).count()", model=r4(), context="Patient")
    assert expression({"resourceType": "Patient", "name": [{"family": "a"}]}, trace=lambda *each: told.append(each)) == [1]
    assert [(name, [item[0] for item in items]) for name, items in told] == [("names", ["a"])]


def test_every_step_is_explained():
    expression = compile_fhirpath("name.where(use = 'usual').given.first() = 'b'", model=r4(), context="Patient")
    names = [{"use": "usual", "given": ["a"]}, {"use": "old", "given": ["b"]}]
    steps = expression.explain({"resourceType": "Patient", "name": names})
    assert [item[0] for item in steps[1].items] == names
    assert [step.items for step in steps if getattr(step.node, "operator", "") == "="] == [[True], [False], [False]]
    assert steps[-1].items == expression({"resourceType": "Patient", "name": names}) == [False]


@pytest.mark.parametrize(("text", "resource", "answer", "reason"), RESOURCES)
def test_explaining_changes_no_answer(text, resource, answer, reason):
    expression = compile_fhirpath(text, model=r4(), context="Observation")
    assert len(expression.explain(resource, now=NOW)[-1].items) == len(answer), reason


def test_without_a_model_values_are_as_json_has_them():
    assert compile_fhirpath("a.b.where(c > 1).d")({"a": {"b": [{"c": 1, "d": "x"}, {"c": 2, "d": "y"}]}}) == ["y"]
    assert compile_fhirpath("$this is Patient or true", model=r4())(5) == [True]
    assert NO_MODEL.named("Patient") == ()


def test_variables_with_a_type_are_checked():
    expression = compile_fhirpath("%patient.name.family", model=r4(), variables={"patient": "Patient"})
    assert expression(variables={"patient": {"resourceType": "Patient", "name": [{"family": "a"}]}}) == ["a"]
    assert expression.reads == {"patient"}
    assert compile_fhirpath("%any.id", model=r4(), variables={"any": "Resource"}).static.types is None


def test_values_as_they_are_written():
    assert str(Moment.parse("2024-05-31T10:00:00.5-02:30", "DateTime")) == "2024-05-31T10:00:00.5-02:30"
    assert Moment.parse("2024-05", "Date") == Moment.parse("2024-05", "Date") != Moment.parse("2024-05", "DateTime")
    assert len({Moment.parse("2024-05", "Date"), Moment.parse("2024-05", "Date")}) == 1
    assert repr(Moment.parse("10:30", "Time")) == "<Time 10:30>"
    assert Moment.parse("2024T", "Date") is Moment.parse("2024-05-31T", "Date") is None
    assert str(Quantity(Decimal("1.50"), "days", calendar=True)) == "1.50 days"
