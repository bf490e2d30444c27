"""What cannot make sense is refused when an expression is compiled, with the place and a remedy."""

import pytest

from cds_service.fhirpath import FhirPathError
from cds_service.fhirpath.r4 import r4
from cds_service.fhirpath.standard import compile_fhirpath

ROWS = [
    # expression over a Patient, message, remedy
    ("nmae.given", "`nmae` is not a member of FHIR.Patient", "name"),
    ("name.first().givn", "`givn` is not a member of FHIR.HumanName", "given"),
    ("birthDate.year", "`year` is not a member of FHIR.date", "extension"),
    ("'a'.length", "`length` is not a member of System.String", "parentheses"),
    ("{}.name", "is asked of {}", "parentheses"),
    ("Observation.value", "The input is FHIR.Patient, not Observation", "type of the input"),
    ("(name as Quantity).value", "FHIR.HumanName is never FHIR.Quantity", "one of its types"),
    ("name is HumanNam", "`HumanNam` is not a type", "HumanName"),
    ("active.is(FHIR.Integer)", "`FHIR.Integer` is not a type", "type of the model"),
    ("name.ofType(1)", "`?` is not a type", "type of the model"),
    ("%nothing", "%nothing is not a variable", "resource"),
    ("name.frist()", "frist() is not covered", "functions are: first,"),
    ("text.div.htmlChecks()", "'div' is not expected", "name of a member"),
    ("text.`div`.htmlChecks()", "htmlChecks() is not covered", "functions are"),
    ("name.first(1)", "first() has 1 arguments", "Give it 0"),
    ("name.given.substring()", "substring() has 0 arguments", "Give it 1 to 2"),
    ("name.where(given)", "The condition of where() needs Boolean, and this is FHIR.string", "Convert"),
    ("name.startsWith('a')", "startsWith() needs String, and this is FHIR.HumanName", "Convert"),
    ("birthDate > 5", "FHIR.date has no order with System.Integer", "one type"),
    ("active > true", "`>` needs", "Convert"),
    ("birthDate + 1", "`+` between FHIR.date and System.Integer has no meaning", "7 days"),
    ("1 + 'a'", "`+` between System.Integer and System.String has no meaning", "Convert one"),
    ("'a' * 2", "`*` needs", "Convert"),
    ("active & 'a'", "`&` needs String", "Convert"),
    ("-name", "The sign - needs", "Convert"),
    ("name['a']", "[index] needs Integer", "Convert"),
    ("children()[0]", "[index] depends on an order", "condition"),
    ("descendants().first()", "first() depends on an order", "condition"),
    ("$index", "$index stands outside", "where()"),
    ("$total", "$total stands outside", "aggregate()"),
    ("$that", "$that is not covered", "$this"),
    ("name.now()", "now() stands after a dot", "on its own"),
    ("managingOrganization.resolve()", "resolve() is not covered here", "nothing provides"),
    ("gender.memberOf('http://example.org')", "memberOf() is not covered here", "nothing provides"),
    ("2147483648", "too large for an Integer", "2147483648.0"),
    ("@2024-02-30", "not a date of the calendar", "Correct"),
    ("@T25:00", "not a date of the calendar", "Correct"),
    ("name[0", "ends too early", "Close the bracket"),
    ("name is", "ends too early", "After a dot"),
    ("name.given.matches('(a+)+')", "repeats what is itself repeated", "simpler"),
    ("name.sort(period)", "A key of sort() needs", "Convert"),
    ("name.sum()", "sum() needs", "Convert"),
]


@pytest.mark.parametrize(("text", "message", "remedy"), ROWS)
def test_refused(text, message, remedy):
    with pytest.raises(FhirPathError) as error:
        compile_fhirpath(text, model=r4(), context="Patient")
    assert message in error.value.message
    assert remedy in error.value.remedy
    assert 0 <= error.value.position <= len(text)


def test_a_context_must_be_a_type():
    with pytest.raises(ValueError, match="not the name of a type"):
        compile_fhirpath("name", model=r4(), context="Patiant")


EVALUATED = [
    # expression, why it fails only then
    ("name.given + 'a'", "several values"),
    ("name.single()", "several values"),
    ("%raw and (1 | 2)", "several values"),
    ("%raw.where($this)", "text is no condition"),
    ("%raw > 5", "text has no order with numbers"),
    ("%raw > @2024", "text has no order with dates"),
    ("%raw * 2", "text is no number"),
    ("%raw.abs()", "text is no number"),
    ("-%raw", "text is no number"),
    ("+%raw", "text is no number"),
    ("5 div %raw", "text is no number"),
    ("5 mod %raw", "text is no number"),
    ("5 - %raw", "text is no number"),
    ("(1 | 2)[%raw]", "text is no index"),
    ("(1 | 2).skip(%raw)", "text is no number"),
    ("5 in (1 | 2) in (true | false) and name in name", "several items are looked for"),
    ("%raw & %five", "a number is no text"),
    ("%five & 'a'", "a number is no text"),
    ("%five.toChars()", "a number is no text"),
    ("conformsTo(%five)", "a number is no text"),
    ("extension(%five)", "a number is no text"),
    ("'5 mg'.toQuantity(%five)", "a number is no text"),
    ("'a b'.split(%five)", "a number is no text"),
    ("%five.allTrue()", "a number is no boolean"),
    ("now()", "no time was given"),
    ("conformsTo('http://example.org/profile')", "nobody knows the profile"),
    ("birthDate + 1 'a'", "a mean year is not added to a date"),
    ("@T10:00 + 1 month", "a month is not added to a time"),
    ("5 'm' * 2 days", "units that are no product"),
    ("5.0.round(-1)", "fewer than no digits"),
    ("'b'.replaceMatches('b', '$2')", "a group that does not exist"),
    ("(1 | 2).iif(true, 1)", "several values"),
    ("name is HumanName", "several values"),
    ("name.as(HumanName)", "several values"),
    ("(1 | 2 | 3).aggregate($total.combine(%many)).aggregate($total.combine(%many))", "too many items"),
    ("('a' | 'b' | 'c' | 'd' | 'e').aggregate($total & %long & %long, '')", "a text too long"),
    ("%long.replace('a', %long)", "a text too long"),
    ("%long.replaceMatches('a', %long)", "a text too long"),
    ("%long.matches('.*a.*b.*')", "too much work"),
]
PETER = {"resourceType": "Patient", "birthDate": "1974-12-25", "name": [{"given": ["Peter", "James"]}, {"family": "Windsor"}]}
GIVEN = {"raw": "text", "five": 5, "long": "a" * 200_000, "many": list(range(60_000))}


@pytest.mark.parametrize(("text", "reason"), EVALUATED)
def test_refused_when_evaluated(text, reason):
    expression = compile_fhirpath(text, model=r4(), context="Patient", variables=dict.fromkeys(GIVEN))
    with pytest.raises(FhirPathError) as error:
        expression(PETER, GIVEN)
    assert error.value.remedy, reason
    assert "text" not in error.value.message.split() or "text" in reason or "too long" in error.value.message


def test_the_input_must_be_of_the_type():
    expression = compile_fhirpath("name", model=r4(), context="Patient")
    for value in ({"resourceType": "Practitioner"}, {"name": "a"}, [PETER, PETER]):
        with pytest.raises(FhirPathError):
            expression(value)
    assert expression(None) == []


def test_a_condition_must_be_one():
    expression = compile_fhirpath("name.family", model=r4(), context="Patient")
    with pytest.raises(FhirPathError, match="not a condition"):
        expression.boolean(PETER)
    assert compile_fhirpath("name.exists()", model=r4(), context="Patient").boolean(PETER) is True
