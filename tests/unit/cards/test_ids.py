"""Ids are name-based UUIDs, whatever the names are made of."""

from __future__ import annotations

import json
import uuid

from hypothesis import given
from hypothesis import strategies as st

from cds_service.cards.ids import NAMESPACE, card_uuid, suggestion_uuid, uuid5
from cds_service.model.assessment import Hook

TEXT = st.text(st.characters(exclude_categories=["Cs"]))  # no JSON text holds half a character


@given(st.uuids(), st.binary())
def test_they_are_those_of_the_standard_library(namespace, name):
    hashed = uuid.uuid5(namespace, name.decode("latin-1"))

    assert uuid5(namespace.bytes, name.decode("latin-1").encode()) == str(hashed)


@given(TEXT, TEXT, TEXT, st.none() | TEXT)
def test_a_card_is_named_by_service_call_topic_and_order(service, instance, topic, order):
    name = json.dumps([service, instance, topic, order], ensure_ascii=False, separators=(",", ":"))

    assert card_uuid(service, Hook(name="order-sign", instance=instance), topic, order) == str(uuid.uuid5(NAMESPACE, name))


@given(st.uuids(), TEXT)
def test_a_suggestion_is_named_within_its_card(card, suggestion):
    assert suggestion_uuid(str(card), suggestion) == str(uuid.uuid5(card, suggestion))
