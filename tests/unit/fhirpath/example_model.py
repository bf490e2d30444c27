"""A small logical model of nothing in particular, shared by the tests of this folder."""

from cds_service.fhirpath import Type, compile_expression

COLOUR = frozenset({"red", "green", "blue"})

FACTS = Type(
    "object",
    children={
        "yes": Type("boolean"),
        "no": Type("boolean"),
        "open": Type("boolean"),
        "number": Type("integer"),
        "size": Type("decimal"),
        "name": Type("string"),
        "day": Type("date"),
        "other": Type("date"),
        "amount": Type("quantity"),
        "paint": Type("object", children={"colour": Type("code", codes=COLOUR), "gloss": Type("boolean")}),
        "free": Type("code"),
        "shape": Type("code", codes=frozenset({"round", "square"})),
        "names": Type("string", many=True),
        "colours": Type("code", many=True, codes=COLOUR),
        "parts": Type(
            "object",
            many=True,
            children={
                "colour": Type("code", codes=COLOUR),
                "weight": Type("integer"),
                "sound": Type("boolean"),
                "tags": Type("string", many=True),
            },
        ),
        "raw": Type("any"),
        "orders": Type("object", many=True, known=True, children={"kind": Type("code"), "tags": Type("string", many=True)}),
    },
)

VARIABLES = {
    "facts": FACTS,
    "parameters": Type(
        "object",
        known=True,
        children={"limit": Type("integer"), "warm": Type("code", many=True, codes=COLOUR), "colour": Type("code", codes=COLOUR)},
    ),
    "order": Type(
        "object", known=True, children={"kind": Type("code"), "tags": Type("string", many=True), "colour": Type("code", codes=COLOUR)}
    ),
    "fired": Type("string", many=True, known=True),
    "odd name": Type("boolean"),
}


def compiled(text, **options):
    return compile_expression(text, variables=VARIABLES, **options)


def evaluated(text, facts=None, **variables):
    return compiled(text)({"facts": facts or {}, **variables})
