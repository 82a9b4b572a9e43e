"""Measure life safety on sentences nothing was developed on: ``python -m benchmarks.safety_blind``.

Both sets of ``tests/evaluation/safety``: only figures are printed, never a sentence. ``--leads``
adds how many emergencies lose their rescue line as ``lead`` in routing, though never the card, and
how many false alarms get the responsible body (needs the encoder).
"""

import argparse
from pathlib import Path

import yaml

from benchmarks.safety_voices import line_of, report
from foundation.clock import SystemClock
from foundation.settings import load_settings
from knowledge_base.loader import load_library
from routing.proposals.assembly import load_routing_service
from routing.proposals.judging import rescue_bodies
from routing.proposals.service import RoutingService
from routing.safety import find_danger, screen
from scripts.train_second_look import Voice

FOLDER = Path(__file__).parent.parent / "tests" / "evaluation" / "safety"
SETS = ("sentences.yml", "sentences_second.yml")


def read_voices(name: str) -> list[Voice]:
    """Return the sentences of one set as voices of a writer of that name."""
    rows = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return [
        Voice(row["text"], row.get("line"), tuple(row.get("also", ())), name.removesuffix(".yml"))
        for row in rows
    ]


def main() -> None:
    """Print the figures of both sets."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--leads", action="store_true", help="also the leads that routing names")
    options = parser.parse_args()
    service = None
    if options.leads:
        service = load_routing_service(load_settings(), SystemClock())
        service.warm_up()
    for name in SETS:
        said = read_voices(name)
        report(f"{name} screen", said, [line_of(screen(v.text)) for v in said], misses=False)
        found = [line_of(find_danger(v.text)) for v in said]
        report(f"{name} as shipped", said, found, misses=False)
        if service is not None:
            _leads(name, said, service)


def _leads(name: str, said: list[Voice], service: RoutingService) -> None:
    rescue = set(rescue_bodies(load_library().departments).values()) - {None}
    proposals = [(voice, service.propose(voice.text)) for voice in said]
    alarms = [(v.line, p.lead in rescue) for v, p in proposals if p.emergency_line is not None]
    danger = [kept for line, kept in alarms if line is not None]
    false = [kept for line, kept in alarms if line is None]
    print(
        f"{name} alarms: {danger.count(False)} of {len(danger)} emergencies lose the line as lead, "
        f"{false.count(False)} of {len(false)} false alarms get a body"
    )


if __name__ == "__main__":
    main()
