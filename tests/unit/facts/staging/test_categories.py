import pytest

from cds_service.facts.staging.categories import combine_prefix, parse_category_text


def read(text):
    parsed = parse_category_text(text, frozenset({"dcis", "lamn"}))
    return None if parsed is None else " ".join(item.prefix + item.value for item in parsed.categories)


@pytest.mark.parametrize(
    ("text", "expected", "comment"),
    [
        ("cT3", "cT3", "one category"),
        ("T3", "T3", "without prefix"),
        ("PT3", "pT3", "upper-case prefix"),
        ("pt4A", "pT4a", "case does not matter"),
        ("ypT2N0", "ypT2 ypN0", "the prefix holds for what follows"),
        ("T3N1bM1a", "T3 N1b M1a", "three axes at once"),
        ("pT3 pN1b", "pT3 pN1b", "separated by a blank"),
        ("T3, N1b, M0", "T3 N1b M0", "separated by commas"),
        ("pT3 pN1 cM0", "pT3 pN1 cM0", "each with its own prefix"),
        ("cT3 ypT2", "cT3 ypT2", "two stagings in one text differ in prefix"),
        ("uT2a2", "cT2a2", "ultrasound is clinical"),
        ("Tis(DCIS)", "Tis", "forms of Tis are Tis"),
        ("Tis (LAMN)", "Tis", "with a blank"),
        ("TIS", "Tis", "spelling of is"),
        ("pN0(i-)(sn)", "pN0", "suffixes say how it was found"),
        ("pN0(i+)", "pN0", "isolated cells are N0"),
        ("pN1b(2/15)", "pN1b", "counts of nodes"),
        ("cM0(i+)", "cM0", "isolated cells are M0"),
        ("M1a(0)", "M1a", "marker suffix"),
        ("M1 (HEP)", "M1", "organ suffix"),
        ("TX NX MX", "TX NX MX", "not assessed"),
        ("T1mi", "T1mi", "microinvasion"),
        ("T1aN0M0", "T1a N0 M0", "a sub-category, unless the text is of an autopsy"),
        ("pT3 pN1b L1 V0 Pn0 R0 G2", "pT3 pN1b", "other categories are passed over"),
        ("pT2 pN0 Pn1", "pT2 pN0", "Pn is not pN"),
        ("T4 N0 Stage IIC", "T4 N0 IIC", "with a stage group"),
        ("cT4 cN0 Stage IIC", "cT4 cN0 cIIC", "the group is of the same staging"),
        ("pT4 pN0 cM0 Stage IIC", "pT4 pN0 cM0 IIC", "of which staging the group is, is not said"),
        ("Stage IVA", "IVA", "group in words"),
        ("stage 4a", "IVA", "arabic and lower case"),
        ("STAGE GROUP: IIIB (T3 N1 M0)", "IIIB T3 N1 M0", "group and categories"),
        ("Clinical stage III", "III", "the word clinical is not the prefix"),
        ("AJCC Stage IV", "IV", "with the name of the classification"),
        ("Stadium IV", "IV", "German"),
        ("Stage III B", "IIIB", "blank before the letter"),
        ("IVA", "IVA", "bare group"),
        ("3C", "IIIC", "bare arabic group"),
        ("c3A", "cIIIA", "prefix on the group"),
        ("IIIC2", "IIIC2", "finer group"),
        ("0", "0", "stage 0"),
        ("0is", "0is", "form of stage 0"),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER T}3", "T3", "full-width letters"),
    ],
)
def test_understood(text, expected, comment):
    assert read(text) == expected, comment


@pytest.mark.parametrize(
    ("text", "comment"),
    [
        ("", "empty"),
        ("   ", "blank"),
        ("T3-4", "a range"),
        ("T3/4", "a choice"),
        ("T3 or T4", "a choice in words"),
        ("N+", "no category"),
        ("T3 N+ M0", "one part not understood makes the whole unreadable"),
        ("T5", "no such category"),
        ("T12", "no such category"),
        ("M2", "no such category"),
        ("cT3 cT4", "one axis, one prefix, two values"),
        ("pT3pN1cM0", "the c may be a sub-category or a prefix"),
        ("cT3cN1cM0", "the c may be a sub-category or a prefix"),
        ("aT1aN0", "the a may be a sub-category or a prefix"),
        ("Tis(xyz)", "unknown suffix"),
        ("Tis(paget)", "a word that the content does not list"),
        ("T3 4", "a bare number beside something else is no group"),
        ("II bulky", "of another classification"),
        ("Stage V", "no such stage"),
        ("Pn1", "only what is passed over"),
        ("no evidence of M1", "prose"),
        ("?T3", "doubt"),
        ("T3 " * 100, "too long"),
    ],
)
def test_not_understood(text, comment):
    assert parse_category_text(text) is None, comment


@pytest.mark.parametrize(("text", "plain"), [("cT3", True), ("Stage IVA", True), ("M1a(0)", True), ("T3N1", False), ("T3 G2", False)])
def test_plain_is_one_category_and_nothing_else(text, plain):
    assert parse_category_text(text).plain is plain


@pytest.mark.parametrize(
    ("code", "value", "descriptors", "expected", "comment"),
    [
        ("c", "", "", ("c", True), "from the code"),
        (None, "p", "", ("p", True), "from the value"),
        (None, "", "", (None, True), "from nowhere"),
        ("c", "p", "", ("c", False), "the code decides, the disagreement is told"),
        ("p", "yp", "", ("yp", True), "after treatment, from the value"),
        ("p", "y", "", ("yp", True), "y completes the code"),
        ("p", "", "y", ("yp", True), "after treatment, from a descriptor"),
        ("yp", "", "", ("yp", True), "after treatment, from the code"),
        ("c", "", "r", ("rc", True), "recurrence"),
        (None, "rp", "", ("rp", True), "recurrence, from the value"),
        ("p", "", "a", ("a", True), "autopsy"),
        (None, "y", "", (None, False), "after treatment, but clinical or pathological?"),
        ("p", "ry", "", (None, False), "two descriptors have no prefix of their own"),
        ("p", "y", "r", (None, False), "idem, from two places"),
    ],
)
def test_prefix(code, value, descriptors, expected, comment):
    assert combine_prefix(code, value, frozenset(descriptors)) == expected, comment
