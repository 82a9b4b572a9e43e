"""The library in memory: every guide and the city's reference data, never changed after loading."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from knowledge_base.errors import DepartmentNotFoundError, MatterNotFoundError
from knowledge_base.guidance.schema import Guidance
from knowledge_base.policies.schema import PublishedPolicy
from knowledge_base.policy_answers.answers import PolicyAnswers
from knowledge_base.schema import (
    City,
    Department,
    IndexedMatter,
    Law,
    Matter,
    Place,
    ServicePoint,
    Visibility,
)


@dataclass(frozen=True, slots=True)
class Former:
    """A guide that another one replaced: its names lead there."""

    successor: str
    names: tuple[str, ...]  # title, aliases, sample questions

    @classmethod
    def of(cls, matter: Matter, successor: str) -> "Former":
        """Return what is left of a replaced guide."""
        return cls(successor, (matter.title, *matter.aliases, *matter.sample_questions))


@dataclass(frozen=True)
class Library:
    """All that the knowledge base holds; mappings keep the order of the files.

    Matters, departments, service points and policies are keyed by code, laws by full title.
    """

    city: City
    matters: Mapping[str, Matter]
    departments: Mapping[str, Department]
    places: tuple[Place, ...]
    laws: Mapping[str, Law]
    service_points: Mapping[str, ServicePoint]
    index: Mapping[str, IndexedMatter]
    policy_answers: PolicyAnswers = field(default_factory=lambda: PolicyAnswers({}))
    policies: Mapping[str, PublishedPolicy] = field(default_factory=dict)  # never shipped
    # Short questions, by code of the matter; shipped with the guides and checked against them.
    guidance: Mapping[str, Guidance] = field(default_factory=dict)
    # Guides no longer in force that name their successor, by their own code.
    former: Mapping[str, Former] = field(default_factory=dict)

    def matter(self, code: str) -> Matter:
        """Return the guide with this code.

        Raises:
            MatterNotFoundError: there is none.
        """
        try:
            return self.matters[code]
        except KeyError:
            raise MatterNotFoundError(code) from None

    def department(self, code: str) -> Department:
        """Return the body with this code.

        Raises:
            DepartmentNotFoundError: there is none.
        """
        try:
            return self.departments[code]
        except KeyError:
            raise DepartmentNotFoundError(code) from None

    def public_matters(self) -> tuple[Matter, ...]:
        """Return the guides that citizens may read, in order of code."""
        public = (m for m in self.matters.values() if m.visibility is Visibility.PUBLIC)
        return tuple(sorted(public, key=lambda matter: matter.code))

    def replaced(self) -> dict[str, Former]:
        """Return every guide that a public one replaced, with the last of its successors.

        Also one that stands in the library still, names a successor and no last day.
        """
        known = dict(self.former)
        for code, matter in self.matters.items():
            if matter.superseded_by is not None and matter.valid_to is None:
                known[code] = Former.of(matter, matter.superseded_by)
        found = {}
        for code, former in known.items():
            last = _last_successor(code, known)
            matter_now = self.matters.get(last) if last is not None else None
            if matter_now is not None and matter_now.visibility is Visibility.PUBLIC:
                found[code] = Former(matter_now.code, former.names)
        return found

    def title_of(self, code: str) -> str | None:
        """Return a matter's title, also while its guide is not written yet."""
        entry = self.matters.get(code) or self.index.get(code)
        return None if entry is None else entry.title

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over the content, independent of file layout and order."""
        parts: dict[str, object] = {
            "city": self.city.model_dump(mode="json"),
            "places": [place.model_dump(mode="json") for place in self.places],
        }
        for name in ("matters", "departments", "laws", "service_points", "index"):
            records = getattr(self, name)
            parts[name] = {key: record.model_dump(mode="json") for key, record in records.items()}
        if self.policy_answers.answers:
            answers = self.policy_answers.answers.values()
            parts["policy_answers"] = {one.code: one.model_dump(mode="json") for one in answers}
        canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(canonical.encode()).hexdigest()

    def answers_alike(self, other: "Library") -> bool:
        """Whether citizens are told the same from both."""
        return (
            self.matters == other.matters
            and self.policy_answers == other.policy_answers
            and self.policies == other.policies
            and self.former == other.former
        )


def _last_successor(code: str, known: Mapping[str, Former]) -> str | None:
    """Return where a chain of successors ends; ``None`` where it runs in a circle."""
    seen = {code}
    while code in known:
        code = known[code].successor
        if code in seen:
            return None
        seen.add(code)
    return code
