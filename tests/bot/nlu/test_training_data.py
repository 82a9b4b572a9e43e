"""Intents, examples, domain, rules and actions name the same things."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.actions.acts import ACT_OF_ACTION
from bot.actions.projection import _SLOT_NAMES, FORM
from bot.conversation.intents import ACT_OF_INTENT, Intent
from bot.conversation.schemas import Act
from bot.serving import DATA, DOMAIN
from foundation.text.normalise import normalise
from foundation.text.personal_information import PersonalValues, replace_personal
from tests.evaluation.near_copies import said

FEWEST_EXAMPLES = 60
# Questions of eleven kinds stand closest to one another and have the most; every plain "how do I"
# is one of the process.
MOST_OVER_FEWEST = 2.5
ALL_EXAMPLES = 1500


def read(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


def examples() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for path in sorted((DATA / "nlu").glob("*.yml")):
        for entry in read(path)["nlu"]:
            if "intent" in entry:
                lines = entry["examples"].splitlines()
                found[entry["intent"]] = [line.removeprefix("- ").strip() for line in lines]
    return found


def rules() -> list[tuple[set[str], str]]:
    """Return (intents, action) of each rule that an intent begins."""
    found = []
    for rule in read(DATA / "rules.yml")["rules"]:
        first, second = rule["steps"][0], rule["steps"][1]
        alternatives = first.get("or", [first])
        if "intent" in alternatives[0]:
            found.append(({step["intent"] for step in alternatives}, second["action"]))
    return found


def test_intents_are_the_same_in_domain_examples_and_enum() -> None:
    assert read(DOMAIN)["intents"] == [intent.value for intent in Intent]
    assert set(examples()) == {intent.value for intent in Intent}
    assert all(intent.label for intent in Intent)


def test_every_intent_has_enough_examples_and_none_stands_twice() -> None:
    sizes = {name: len(lines) for name, lines in examples().items()}
    counted = Counter(said(line) or line for lines in examples().values() for line in lines)

    assert {name: size for name, size in sizes.items() if size < FEWEST_EXAMPLES} == {}
    assert sum(sizes.values()) >= ALL_EXAMPLES
    assert max(sizes.values()) <= MOST_OVER_FEWEST * min(sizes.values())
    assert [line for line, times in counted.items() if times > 1] == []


def test_examples_are_written_as_the_service_hands_text_over() -> None:
    lines = [line for lines in examples().values() for line in lines]

    assert [line for line in lines if normalise(line) != line] == []


def test_examples_hold_placeholders_instead_of_personal_data() -> None:
    lines = [line for lines in examples().values() for line in lines]

    assert "我的号码是[电话1]" in lines
    assert [line for line in lines if replace_personal(line, PersonalValues()) != line] == []


def test_patterns_compile_and_each_fits_an_example() -> None:
    entries = read(DATA / "nlu" / "features.yml")["nlu"]
    lines = [line for lines in examples().values() for line in lines]
    unused = [
        entry["regex"]
        for entry in entries
        if not any(
            re.search(entry["examples"].strip().removeprefix("- "), line, re.IGNORECASE)
            for line in lines
        )
    ]

    assert unused == []


def test_rules_choose_the_act_of_each_intent() -> None:
    acts = dict(ACT_OF_ACTION) | {FORM: Act.APPEAL}
    chosen = {intent: acts[action] for intents, action in rules() for intent in intents}

    assert chosen.pop("nlu_fallback") is Act.FALLBACK
    assert chosen == {intent.value: act for intent, act in ACT_OF_INTENT.items()}


def test_actions_are_the_same_in_domain_and_service() -> None:
    assert set(read(DOMAIN)["actions"]) == {*ACT_OF_ACTION, f"validate_{FORM}"}


def test_form_asks_for_the_slots_that_the_projection_writes() -> None:
    domain = read(DOMAIN)

    assert domain["forms"][FORM]["required_slots"] == list(_SLOT_NAMES.values())
    assert set(domain["slots"]) == set(_SLOT_NAMES.values())


def test_every_intent_has_an_act() -> None:
    assert set(ACT_OF_INTENT) == set(Intent)
