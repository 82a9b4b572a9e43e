"""Questions come in: stored with the turn that asked them, grouped afterwards."""

from sqlalchemy.orm import Session

from foundation.clock import Clock
from foundation.events.outbox import Outbox
from foundation.text.personal_information import mask
from foundation.text.storable import storable
from knowledge_base.questions import repository
from knowledge_base.questions.schemas import NewQuestion

ASKED = "question.asked"
_LONGEST = 500  # characters; what a question needs more for is a story


class QuestionFeed:
    """Puts questions into the queue; the caller's transaction decides."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._outbox = Outbox(clock)

    def add(self, session: Session, new: NewQuestion) -> bool:
        """Add a question and ask for it to be grouped; one origin counts once.

        Args:
            session: the transaction that stores the turn or the rating.
            new: what was asked; personal data is starred here.

        Returns:
            Whether it was added now; False for an origin that asked before, and for no words.
        """
        text = storable(mask(new.text), _LONGEST)
        if not text or not repository.insert_question(session, new, text, self._clock.now()):
            return False
        self._outbox.enqueue(session, ASKED, f"{ASKED}:{new.origin}", {"origin": new.origin})
        return True
