"""What the chat's endpoints work with: one value, made where the service is assembled."""

from dataclasses import dataclass, field
from hashlib import sha256

from connectors.http.limits import SlidingWindow
from connectors.web_chat.contract import Conversations
from connectors.web_chat.sessions import ChatSessions
from connectors.web_chat.turns import Turns
from foundation.clock import Clock
from foundation.database.keyring import Keyring
from foundation.metrics import Metrics

# Many people share one address (a government hall, a whole mobile network behind one), and a
# session costs nothing until something is said in it.
_SESSIONS_PER_MINUTE = 600
_PROGRESS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True)
class WebChat:
    """The collaborators of the web chat."""

    conversations: Conversations
    sessions: ChatSessions
    turns: Turns
    metrics: Metrics
    new_sessions: SlidingWindow = field(
        default_factory=lambda: SlidingWindow("new chat sessions", _SESSIONS_PER_MINUTE, 60.0)
    )
    progress_questions: SlidingWindow = field(
        default_factory=lambda: SlidingWindow("progress questions", _PROGRESS_PER_MINUTE, 60.0)
    )

    @classmethod
    def build(
        cls, conversations: Conversations, keyring: Keyring, clock: Clock, metrics: Metrics
    ) -> "WebChat":
        """Put the parts together."""
        return cls(
            conversations=conversations,
            sessions=ChatSessions(keyring, clock),
            turns=Turns(conversations),
            metrics=metrics,
        )


def client_key(address: str) -> str:
    """Return what stands for a caller's address where wrong tries are counted."""
    return sha256(f"progress\0{address}".encode()).hexdigest()[:32]
