"""What a policy answer is: one question about policy (政策问答), answered in a few plain sentences.

A guide says how a matter is handled; a policy answer says whether, how long, how much, what if.
Every answer is true in the whole country, or says what differs by place (``LocalVariation``). The
YAML files beside this module have exactly this shape, and an unknown key is a fault.
"""

import re
from datetime import date
from typing import Annotated

from pydantic import Field, StringConstraints, field_validator, model_validator

from foundation.text.normalise import normalise
from knowledge_base.facets import LegalReference, LocalVariation, Record, Text
from knowledge_base.schema import Audience, Source, Visibility

MIN_VARIANTS = 4  # further ways of asking, besides the question itself
MAX_SENTENCES = 4  # more is no longer followed when it is read aloud

_NOT_SAID = re.compile(r"[\W_]+")
_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")


class PolicyAnswer(Record):
    """One question about policy with the ways citizens ask it, its answer and its law."""

    code: Annotated[str, StringConstraints(pattern=r"^Q\d{4}$")]
    question: Text
    variants: tuple[Text, ...]
    answer: Text  # one to four sentences that are true in the whole country
    basis: tuple[LegalReference, ...] = ()
    topic: Text
    audience: Audience
    related_matters: tuple[Text, ...] = ()  # codes of city/matters_index.yml
    local_variation: LocalVariation | None = None

    source: Source
    visibility: Visibility = Visibility.PUBLIC
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date
    valid_to: date | None = None  # the last day on which the answer holds; empty: no end known

    @field_validator("variants")
    @classmethod
    def _variants_suffice(cls, variants: tuple[str, ...]) -> tuple[str, ...]:
        if len(variants) < MIN_VARIANTS:
            raise ValueError(f"{len(variants)} variants; write at least {MIN_VARIANTS}")
        if len({question_key(variant) for variant in variants}) < len(variants):
            raise ValueError("two variants are the same; write another way of asking")
        return variants

    @field_validator("answer")
    @classmethod
    def _answer_is_short(cls, answer: str) -> str:
        count = len(split_sentences(answer))
        if count > MAX_SENTENCES:
            raise ValueError(f"{count} sentences; say it in at most {MAX_SENTENCES}")
        return answer

    @model_validator(mode="after")
    def _rests_on_something(self) -> "PolicyAnswer":
        if not self.basis and self.local_variation is None:
            raise ValueError("no basis; name the law, or what differs by place (local_variation)")
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from; correct one of the two")
        return self

    @property
    def ways_of_asking(self) -> tuple[str, ...]:
        """The question and its variants."""
        return (self.question, *self.variants)

    def in_force(self, day: date) -> bool:
        """Whether the answer may be given on ``day`` (both ends belong to it)."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def question_key(text: str) -> str:
    """Return what two questions share when they differ only in punctuation, width or spaces."""
    return _NOT_SAID.sub("", normalise(text)).casefold()


def split_sentences(text: str) -> list[str]:
    """Return the sentences of a text, each with the mark that ends it."""
    parts = (part.strip() for part in _SENTENCE.findall(text))
    return [part for part in parts if part]
