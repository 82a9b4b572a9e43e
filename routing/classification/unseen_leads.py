"""What the taxonomy says of each shipped appeal when it has not seen it (five-fold).

The running classifier holds the shipped appeals as examples and knows their leads by heart; what
is learnt from history must be weighed against how well it does on words that it does not know.
Written by ``benchmarks/routing_quality.py --write`` with the weights.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from routing.classification.errors import WeightsFaultError

UNSEEN_LEADS_FILE = Path(__file__).parent.parent / "city" / "unseen_leads.json"


def appeal_digest(text: str) -> str:
    """Return the key of an appeal."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


@lru_cache(maxsize=1)
def load_unseen_leads() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    """Return ``dense`` and ``words`` → digest of the appeal → body → probability, best first.

    Raises:
        WeightsFaultError: the file is missing or damaged.
    """
    try:
        read: dict[str, dict[str, dict[str, float]]] = json.loads(
            UNSEEN_LEADS_FILE.read_text(encoding="utf-8")
        )
    except (OSError, ValueError) as error:
        raise WeightsFaultError(UNSEEN_LEADS_FILE.name, error) from error
    return {
        way: {
            digest: dict(sorted(said.items(), key=lambda item: -item[1]))
            for digest, said in appeals.items()
        }
        for way, appeals in read.items()
    }
