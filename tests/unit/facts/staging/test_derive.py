"""Derivation over small invented tables: system ``one`` has editions 7 and 8, system ``two`` edition 8 only."""

import pytest

from cds_service.facts.staging.contradiction import contradictions
from cds_service.facts.staging.derive import derive_stage
from cds_service.facts.staging.model import WHY, Spread, TnmSet
from cds_service.facts.staging.tables import MANY, Cell, Edition, Role, Scale, StagingTables, Together
from cds_service.fhirpath.temporal import Temporal
from cds_service.model.facts import Evidence


def cells(**rows):
    return {tuple(part.replace("_", "") for part in key.split("x")): Cell(value, "s", verified=True) for key, value in rows.items()}


M_COUNTS = {
    **{(False, False, chains, organs): "M1b" for chains in range(MANY + 1) for organs in range(MANY + 1)},
    (False, False, 1, 0): "M1a",
    (False, False, 0, 1): "M1a",
    (False, True, 0, 0): "M1",
    (True, False, 0, 0): "M1c",
}
IV = {"M1": "IV", "M1a": "IVA", "M1b": "IVB", "M1c": "IVC"}


def edition(system, number, m=IV, **stages):
    known = {(t, n, one): Cell(stage, "s", verified=True) for t in ("", "T1", "T2") for n in ("", "N0", "N1") for one, stage in m.items()}
    return Edition(
        system=system,
        edition=number,
        categories={"t": frozenset({"Tis", "T1", "T2"}), "n": frozenset({"N0", "N1"}), "m": frozenset({"M0", *m})},
        stages=known | cells(**stages),
        m_categories={key: Cell(value if value in m else "M1", "s", verified=True) for key, value in M_COUNTS.items()},
    )


def one8():
    item = edition("one", "8", T1xN0xM0="I", T2xN0xM0="IIA", T1xN1xM0="IIIA")
    item.stages["T2", "N1", "M0"] = Cell("IIIB", "s", verified=False)
    item.stages["Tis", "N1", "M0"] = Cell(None, "s", verified=True)
    return item


TABLES = StagingTables(
    sites={"organ": ("one",), "corner": ("one",), "border": ("two", "one")},
    roles={
        ("any", "far"): Role(role="distant", kind="organ"),
        ("any", "farther"): Role(role="distant", kind="organ"),
        ("any", "pair"): Role(role="distant", kind="organ"),
        ("any", "left"): Role(role="distant", kind="organ"),
        ("any", "right"): Role(role="distant", kind="organ"),
        ("any", "both"): Role(role="distant", kind="organ"),
        ("any", "first"): Role(role="distant", kind="chain"),
        ("any", "second"): Role(role="distant", kind="chain"),
        ("any", "some-chains"): Role(role="distant", kind="chains"),
        ("any", "lining"): Role(role="distant", kind="surface"),
        ("any", "somewhere"): Role(role="distant", kind="unspecified"),
        ("one", "groin"): Role(role="distant", kind="chain"),
        ("corner", "groin"): Role(role="regional", kind="chain"),
        ("two", "groin"): Role(role="regional", kind="chain"),
        ("any", "unclear"): Role(kind="chain"),
        ("any", "unverified"): Role(kind="chain", verified=False),
        ("one", "near"): Role(role="regional", kind="chain"),
        ("two", "near"): Role(role="regional", kind="chain"),
    },
    together=(
        Together(whole="pair", parts=frozenset({"left", "right"}), sides={"both": "both"}, verified=False),
        Together(whole="region", parts=frozenset({"first", "second"})),
    ),
    scale=Scale(families=("0", "I", "II", "III", "IV"), advanced="IV"),
    editions={
        "one": (edition("one", "7", {"M1": "IV", "M1a": "IVA", "M1b": "IVB"}, T1xN0xM0="I", T2xN0xM0="II"), one8()),
        "two": (edition("two", "8", {"M1": "IV"}, T1xN0xM0="I", T2xN0xM0="IIB"),),
    },
    episode_days=100,
)


def one(text, date=None, edition="8", reference="Observation/1", **more):
    """``c T1 N0 M0 IIA``, ``-`` for no prefix."""
    prefix, *parts = text.split()
    values = {("group" if part[0] in "0I" else part[0].lower()): part for part in parts}
    return TnmSet(
        prefix=None if prefix == "-" else prefix,
        edition=edition,
        date=Temporal.parse(date),
        evidence=(Evidence(reference),),
        **values,
        **more,
    )


def spread(site, state="confirmed", date=None, place=None):
    return Spread(
        site=site,
        place=place,
        confirmed=state == "confirmed",
        suspected=state == "suspected",
        date=Temporal.parse(date),
        evidence=(Evidence(f"Condition/{site}"),),
    )


def derive(sets=(), spreads=(), site="organ"):
    return derive_stage(site, sets, spreads, TABLES)


@pytest.mark.parametrize(
    ("sets", "asserted", "comment"),
    [
        ([], None, "nothing"),
        ([one("c IIA", "2020-01-01"), one("c IIIA", "2021-01-01")], "IIIA", "the newest"),
        ([one("c IIIA", "2021-01-01"), one("p IIA", "2020-01-01")], "IIIA", "the newest, whatever its prefix"),
        ([one("c IIA", "2020-01-01"), one("- IIIA")], "IIA", "a dated one before an undated one"),
        ([one("- IIIA")], "IIIA", "an undated one if there is no other"),
        ([one("- IIIA"), one("c IIA")], None, "two undated ones differ"),
        ([one("c IIA", "2020-01-01"), one("p IIIA", "2020-01-01")], None, "two of a day differ"),
        ([one("c IIA", "2020-01-01"), one("p IIA", "2020-01-01")], "IIA", "two of a day agree"),
        ([one("c IIA", "2020"), one("p IIIA", "2020-05-01")], None, "it is not certain which is later"),
        ([one("c", "2020-01-01", disagreements=(("group", ("IIA", "IIIA")),))], None, "one day, two values"),
    ],
)
def test_asserted(sets, asserted, comment):
    result = derive(sets)
    assert result.asserted == asserted, comment
    assert bool(result.conflicts) == (asserted is None and bool(sets))


@pytest.mark.parametrize(
    ("sets", "derived", "comment"),
    [
        ([one("c T1 N0 M0")], "I", "one set"),
        ([one("c T1 N0")], None, "M is not known, and not assumed"),
        ([one("c T1 M0")], None, "N is not known"),
        ([one("c T1 N0 M0", edition=None)], "I", "no edition, and all agree"),
        ([one("c T2 N0 M0", edition=None)], None, "no edition, and they differ"),
        ([one("c T2 N0 M0", edition="7")], "II", "by the edition stated"),
        ([one("c T1 N0 M0", edition="6")], None, "no table for the edition"),
        ([one("c T2 N1 M0")], None, "the row is not verified"),
        ([one("c Tis N1 M0")], None, "the combination has no stage"),
        ([one("c T3 N1 M0")], None, "the table has no row"),
        ([one("c M1")], "IV", "M1 decides without T and N"),
        ([one("c T1 N0 M1b")], "IVB", "by sub-category"),
        ([one("c M1c", edition=None)], "IV", "a sub-category that not every edition has"),
        ([one("c M1d", edition=None)], "IV", "a sub-category that no edition has is M1"),
        ([one("c M1d")], "IV", "also where an edition is stated"),
        ([one("c M1c", edition="7")], None, "a category of another edition than the one stated"),
        ([one("c T1 N3 M0", edition=None)], None, "a category that no edition has"),
        ([one("c T1 N0 M0", "2020-01-01"), one("c T1 N1 M0", "2021-01-01")], "IIIA", "the newest complete set"),
        ([one("c T1 N0 M0", "2020-01-01"), one("c T2", "2021-01-01")], "I", "an incomplete set replaces nothing"),
        (
            [one("c T1 N0 M0", "2020-01-01"), one("c N0 M0", "2021-01-01", disagreements=(("t", ("T1", "T2")),))],
            None,
            "the newest set disagrees",
        ),
        ([one("c T1 N0 M0", "2020-01-01"), one("p T2 N0 M0", "2020-01-01")], None, "two of a day differ"),
        ([one("c T1", "2020-01-01"), one("c N0 M0", "2020-02-01")], None, "axes of two sets are not mixed"),
        ([one("p T1 N0", "2020-02-01"), one("c T2 N1 M0", "2020-01-01")], "I", "pT pN with cM of the episode"),
        ([one("c T1 N0", "2020-01-01"), one("p M0", "2020-01-01")], None, "never cT cN with pM"),
        ([one("p T1 N0", "2020-09-01"), one("c M0", "2020-01-01")], None, "cM of another episode"),
        ([one("p T1 N0", "2020-02-01", disagreements=(("m", ("M0", "M1")),)), one("c M0", "2020-01-01")], None, "its own M disagrees"),
        ([one("p T1 N0", "2020-01-01"), one("c M0", "2020-02-01")], None, "cM after the operation"),
        ([one("p T1 N0", "2020-01-01"), one("c M0")], None, "cM without a date"),
        ([one("p T1 N0", "2020-01-01"), one("c M0", "2020-01-01", edition="7")], None, "cM of another edition"),
        ([one("yp T1 N0", "2020-02-01"), one("yc M0", "2020-01-01")], "I", "ypT ypN with ycM"),
        ([one("yp T1 N0", "2020-02-01"), one("c M0", "2020-01-01")], "I", "ypT ypN with cM"),
        ([one("rp T1 N0", "2020-02-01"), one("c M0", "2020-01-01")], None, "a recurrence has its own M"),
        ([one("c T1 N0 M1a", "2020-01-01"), one("yp T1 N0 M0", "2020-06-01")], "IVA", "treatment does not undo M1"),
        ([one("c T1 N0 M1a", "2020-01-01"), one("c T1 N0 M0", "2020-06-01")], "I", "a correction before treatment does"),
    ],
)
def test_derived_from_sets(sets, derived, comment):
    result = derive(sets)
    assert result.derived == derived, comment
    assert bool(result.gaps) == (derived is None)
    assert bool(result.derived_evidence) == (derived is not None)


@pytest.mark.parametrize(
    ("spreads", "m", "derived", "comment"),
    [
        ([], None, None, "none recorded says nothing"),
        ([spread("far")], "M1a", "IVA", "one organ"),
        ([spread("far", "active")], "M1a", "IVA", "active without confirmation"),
        ([spread("far", "suspected")], None, None, "suspected counts for nothing"),
        ([spread("far"), spread("far")], "M1a", "IVA", "one site recorded twice is one"),
        ([spread("far"), spread("farther")], "M1b", "IVB", "two organs"),
        ([spread("far"), spread("groin")], "M1b", "IVB", "organ and chain of nodes"),
        ([spread("somewhere")], "M1", "IV", "without a site"),
        ([spread("lining")], "M1", "IV", "the editions differ in the sub-category"),
        ([spread("near")], None, None, "regional"),
        ([spread("unclear")], None, None, "ambiguous"),
        ([spread("unheard-of")], None, None, "not in the tables"),
        ([spread("x", place="far")], "M1a", "IVA", "a place counts, not the site under which it stands"),
        ([spread("x", place="far"), spread("x", place="farther")], "M1b", "IVB", "two places of one site are two"),
        ([spread("x", place="first"), spread("x", place="second")], "M1a", "IVA", "parts that count as one"),
        ([spread("x", place="left")], "M1a", "IVA", "one of a pair"),
        ([spread("x", place="left"), spread("pair")], "M1a", "IVA", "the other record does not say which of the pair"),
        ([spread("x", place="left"), spread("x", place="right")], "M1", "IV", "nobody verified that a pair counts as one"),
        ([spread("x", place="both")], "M1", "IV", "idem, in one record"),
        ([spread("x", place="both"), spread("far")], "M1b", "IVB", "more than one either way"),
        ([spread("some-chains")], "M1", "IV", "one chain or more: it is not said"),
        ([spread("some-chains"), spread("groin")], "M1", "IV", "they may be the one that is named"),
        ([spread("some-chains"), spread("far")], "M1b", "IVB", "at least one chain and an organ"),
        ([spread("x", place="unverified")], None, None, "an unverified place"),
    ],
)
def test_derived_from_spread(spreads, m, derived, comment):
    result = derive([], spreads)
    assert (result.m_category, result.derived) == (m, derived), comment


def test_the_higher_of_asserted_and_recorded_m_counts():
    assert derive([one("c T1 N0 M1b")], [spread("far")]).derived == "IVB"
    assert derive([one("c T1 N0 M0")], [spread("far")]).derived == "IVA"
    assert derive([one("c T1 N0 M0", edition="8")], [spread("lining")]).m_category == "M1c"


def test_evidence_of_what_is_derived():
    result = derive([one("c T1 N0 M0", reference="Observation/7")], [spread("far"), spread("near")])
    assert [item.reference for item in result.derived_evidence] == ["Observation/7", "Condition/far"]


@pytest.mark.parametrize(
    ("sets", "spreads", "derived", "alternative", "comment"),
    [
        ([one("c T1 N0 M0")], [], "I", None, "both agree"),
        ([one("c T2 N0 M0")], [], None, "two IIB; one IIA", "they differ: both are shown"),
        ([], [spread("far")], "IV", "one IVA", "both are stage IV"),
        ([], [spread("groin")], None, "one IVA", "distant in one system only"),
        ([], [spread("groin"), spread("far")], "IV", "one IVB", "distant in both, counted differently"),
    ],
)
def test_a_site_of_two_systems(sets, spreads, derived, alternative, comment):
    result = derive(sets, spreads, "border")
    assert (result.derived, result.alternative, result.system) == (derived, alternative, "two"), comment


def test_an_unknown_site_derives_nothing_but_knows_organs():
    assert derive([one("c T1 N0 M0")], [spread("groin")], None) == derive_stage("elsewhere", [one("c T1 N0 M0")], [spread("groin")], TABLES)
    nodes, organ = derive([one("c T1 N0 M0")], [spread("groin")], None), derive([], [spread("far")], None)
    assert (nodes.derived, nodes.system, nodes.m_category, nodes.is_advanced) == (None, None, None, None)
    assert (organ.derived, organ.is_advanced) == (None, True)


@pytest.mark.parametrize(
    ("sets", "spreads", "expected", "comment"),
    [
        ([], [], None, "nothing is known"),
        ([one("c IVA")], [], True, "asserted"),
        ([one("c M1")], [], True, "M1 asserted"),
        ([], [spread("far", "active")], True, "active distant spread"),
        ([], [spread("groin")], True, "distant by the rules of the site"),
        ([], [spread("far", "suspected")], None, "suspected"),
        ([], [spread("near")], None, "regional only"),
        ([one("c IIA")], [], False, "asserted below IV"),
        ([one("c T1 N0 M0")], [], False, "derived below IV"),
        ([one("c M0")], [], None, "M0 alone"),
        ([one("c IIA")], [spread("near")], False, "regional spread is no doubt"),
        ([one("c IIA")], [spread("near", "suspected")], False, "nor is suspected regional spread"),
        ([one("c IIA")], [spread("far", "suspected")], None, "suspected distant spread is"),
        ([one("c IIA")], [spread("unclear")], None, "ambiguous spread is"),
        ([one("c IIA", "2020-01-01")], [spread("far", date="2019-01-01")], True, "recorded spread outweighs the assertion"),
        ([one("c IIA", "2020-01-01"), one("- IVA")], [], None, "an undated assertion of IV"),
        ([one("c IVA", "2020-01-01"), one("c IIA", "2021-01-01")], [], False, "corrected in the same prefix"),
        ([one("c IVA", "2020-01-01"), one("p IIA", "2021-01-01")], [], None, "two prefixes disagree"),
        ([one("c IVA", "2020-01-01"), one("yp I", "2021-01-01")], [], True, "treatment does not undo stage IV"),
        ([one("c M1", "2020-01-01"), one("yc M0", "2021-01-01")], [], True, "treatment does not undo M1"),
        ([one("c IIA", "2020-01-01", disagreements=(("m", ("M0", "M1")),))], [], None, "M disagrees"),
    ],
)
def test_is_advanced(sets, spreads, expected, comment):
    result = derive(sets, spreads)
    assert result.is_advanced is expected, comment


@pytest.mark.parametrize(
    ("sets", "spreads", "expected", "comment"),
    [
        ([], [spread("far", date="2020-01-01")], "", "nothing asserted"),
        ([one("c M0", "2020-02-01")], [], "", "no spread"),
        ([one("c M0", "2020-02-01")], [spread("far", date="2020-01-01")], "later", "M0 after the spread"),
        ([one("c M0", "2020-01-01")], [spread("far", date="2020-01-01")], "later", "M0 on the day of the spread"),
        ([one("c IIIA", "2020-02-01")], [spread("far", date="2020-01-01")], "later", "a stage below IV after the spread"),
        ([one("c M0", "2019-12-31")], [spread("far", date="2020-01-01")], "", "M0 before the spread: it came later"),
        ([one("c M0")], [spread("far", date="2020-01-01")], "undated", "undated assertion"),
        ([one("c M0", "2020-02-01")], [spread("far")], "undated", "undated spread"),
        ([one("c M0", "2020")], [spread("far", date="2020-06-01")], "undated", "a year does not order them"),
        ([one("c M0", "2020-02-01"), one("c M1", "2020-03-01")], [spread("far", date="2020-01-01")], "", "the newest M is M1"),
        ([one("c M0", "2020-02-01")], [spread("far", "active", "2020-01-01")], "", "spread not confirmed"),
        ([one("c M0", "2020-02-01")], [spread("far", "suspected", "2020-01-01")], "", "spread suspected"),
        ([one("c M0", "2020-02-01")], [spread("near", date="2020-01-01")], "", "regional spread"),
        ([one("c IVA", "2020-02-01")], [spread("far", date="2020-01-01")], "", "stage IV fits"),
        ([one("c", "2020-01-01", disagreements=(("t", ("T1", "T2")),))], [], "same-instant", "an axis has two values"),
        ([one("c", None, disagreements=(("t", ("T1", "T2")),))], [], "", "two undated values are not of one instant"),
        (
            [one("c M0", "2020-02-01", disagreements=(("t", ("T1", "T2")),))],
            [spread("far", date="2020-01-01")],
            "later same-instant",
            "the contradiction with spread comes first",
        ),
        (
            [one("c M0", "2020-02-01"), one("p", "2020-01-01", disagreements=(("t", ("T1", "T2")),))],
            [spread("far")],
            "same-instant undated",
            "what is certain comes before what is undated",
        ),
        ([one("c M0", "2020-02-01")], [spread("far", date="2021-01-01"), spread("farther", date="2020-01-01")], "later", "any of several"),
    ],
)
def test_contradiction(sets, spreads, expected, comment):
    assert " ".join(contradictions("organ", sets, spreads, TABLES)) == expected, comment


@pytest.mark.parametrize(
    ("sets", "spreads", "site", "why", "comment"),
    [
        ([], [], "organ", ["no-m"], "nothing is known"),
        ([one("c T1 N0")], [], "organ", ["no-m"], "M is not known"),
        ([one("c T1 M0")], [], "organ", ["no-m"], "without N there is no set to start from"),
        ([one("c T1 N0 M0", edition="6")], [], "organ", ["no-table"], "an edition without a table"),
        ([one("c T1 N3 M0", edition=None)], [], "organ", ["no-category"], "a category that no edition has"),
        ([one("c T1 N0 M1c", edition="7")], [], "organ", ["no-category"], "a category of another edition"),
        ([one("c Tis N0 M0")], [], "organ", ["no-row"], "a combination without a row"),
        ([one("c Tis N1 M0")], [], "organ", ["no-stage"], "a combination that has no stage"),
        ([one("c T2 N1 M0")], [], "organ", ["unverified-row"], "a row that nobody verified"),
        ([one("c T2 N0 M0", edition=None)], [], "organ", ["editions-differ"], "no edition, and they differ"),
        ([one("c T1 N0 M0", "2020"), one("p T2 N0 M0", "2020")], [], "organ", ["sets-differ"], "two sets of a day"),
        ([one("c N0 M0", disagreements=(("t", ("T1", "T2")),))], [], "organ", ["values-differ"], "two values of T"),
        ([one("c T1 N0", disagreements=(("m", ("M0", "M1")),))], [], "organ", ["values-differ"], "two values of M"),
        ([one("c", disagreements=(("m", ("M0", "M1")),))], [], "organ", ["values-differ"], "idem, without T and N"),
        ([], [spread("x", place="unverified")], "organ", ["no-m", "unverified-place"], "a place that nobody verified"),
        ([], [spread("x", place="unclear")], "organ", ["no-m", "undecided-place"], "a place that the tables leave open"),
        ([], [spread("unclear")], "organ", ["no-m"], "no place is named"),
        ([], [spread("x", place="both")], "organ", ["unverified-count"], "stage IV, but no sub-category"),
        ([], [spread("some-chains")], "organ", ["unnamed-places"], "idem"),
        ([], [spread("far")], "organ", [], "nothing is missing"),
        ([one("c T2 N0 M0")], [], "border", ["systems-differ"], "each system gives a stage, but not the same"),
    ],
)
def test_why_nothing_or_less_is_derived(sets, spreads, site, why, comment):
    assert [gap.why for gap in derive(sets, spreads, site).gaps] == why, comment


def test_a_reason_says_what_it_is_about():
    (gap,) = derive([one("c T2 N1 M0")]).gaps
    assert str(gap) == "the row of the table is not verified (one, edition 8, T2 N1 M0)"
    (gap,) = derive([], [spread("x", place="left"), spread("x", place="right")]).gaps
    assert str(gap) == "whether these places count as one is not verified (one, left, right)"


def test_every_reason_can_occur():
    """The table above has all of them; a reason that nothing gives would be words for nothing. Of several primaries see below."""
    rows = next(mark for mark in test_why_nothing_or_less_is_derived.pytestmark if mark.name == "parametrize").args[1]
    assert {why for row in rows for why in row[3]} | {"several-primaries"} == set(WHY)


def test_a_row_for_the_site_comes_before_one_for_its_system():
    assert derive([], [spread("groin")], "organ").derived == "IVA"
    assert derive([], [spread("groin")], "corner").derived is None


@pytest.mark.parametrize(
    ("sets", "asserted", "derived", "comment"),
    [
        ([one("c T1 N0 M0 I")], "c", "c", "one set"),
        ([one("c T1 N0 M0 I", "2020-01-01"), one("yp T1 N1 M0", "2020-06-01")], "c", "yp", "asserted before, derived after treatment"),
        ([one("c T1 N0 M0 I", "2020"), one("p T1 N0 M0 I", "2020")], None, None, "two prefixes that agree: neither alone"),
        ([one("- T1 N0 M0 I")], None, None, "no prefix is stated"),
    ],
)
def test_the_prefix_that_a_stage_rests_on(sets, asserted, derived, comment):
    result = derive(sets)
    assert (result.asserted_prefix, result.derived_prefix) == (asserted, derived), comment


@pytest.mark.parametrize(
    ("sets", "conflict", "comment"),
    [
        ([one("c", "2020", disagreements=(("m", ("M0", "M1a")),))], ("M0", "M1a"), "two values of one day"),
        ([one("c M0", "2020-01-01"), one("p M1", "2020-01-01")], ("M0", "M1"), "of two prefixes"),
        ([one("c M0", "2020-01-01"), one("p M1", "2020-02-01")], (), "the newest decides"),
        ([one("c M1a", "2020-01-01"), one("p M1b", "2020-01-01")], (), "both mean distant spread"),
        ([one("c M0 IVA", "2020-01-01", disagreements=())], (), "the stage decides"),
    ],
)
def test_conflicting_m_alone(sets, conflict, comment):
    result = derive(sets)
    assert [(one.path, one.values) for one in result.conflicts] == ([("advanced", conflict)] if conflict else []), comment


LEFT, RIGHT = {"owner": "left"}, {"owner": "right"}


@pytest.mark.parametrize(
    ("sets", "asserted", "is_advanced", "comment"),
    [
        (
            [one("c T1 N0 M0 I", "2020-01-01", **LEFT), one("c T2 N0 M0 IIA", "2020-02-01", **RIGHT)],
            None,
            False,
            "the newer one is another's",
        ),
        ([one("c T1 N0 M0 I", "2020-01-01", **LEFT), one("p I", "2020-02-01", **RIGHT)], "I", False, "both are said to be the same"),
        ([one("c IV", "2020-01-01", **LEFT), one("c I", "2020-02-01", **RIGHT)], None, True, "one of them has spread"),
        ([one("c I", "2020-01-01", **LEFT), one("c T2", "2020-02-01", **RIGHT)], None, None, "of one nothing is known"),
        ([one("c T1 N0 M0", "2020-01-01")], None, None, "it does not say of which"),
    ],
)
def test_of_several_primaries_only_what_is_true_of_all_is_said(sets, asserted, is_advanced, comment):
    result = derive_stage("organ", sets, [], TABLES, several=True)
    assert (result.asserted, result.is_advanced, result.derived) == (asserted, is_advanced, None), comment
    assert [gap.why for gap in result.gaps] == ["several-primaries"]


def test_an_older_stage_of_another_primary_is_contradicted_too():
    sets = [one("c I", "2020-03-01", **LEFT), one("c IV", "2020-04-01", **RIGHT)]
    assert contradictions("organ", sets, [spread("far", date="2020-02-01")], TABLES) == ("later",)
