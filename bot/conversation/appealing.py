"""Taking an appeal down, looking one up, asking for a person, rating: the acts of the service."""

from bot.conversation import intake, replies
from bot.conversation.cards import draft_card
from bot.conversation.correcting import WHOLE_PLACE
from bot.conversation.intents import Intent
from bot.conversation.progress import named_ticket
from bot.conversation.protocols import Proposing
from bot.conversation.rating import rates, rates_service
from bot.conversation.schemas import Act, AppealDraft, Effect, Outcome, Reply, Slot, Turn
from routing.schemas import Outcome as RoutingOutcome

# (the service was asked about, content) → what is said
_RATED = {
    (False, True): replies.RATED_USEFUL,
    (False, False): replies.RATED_NO_HELP,
    (True, True): replies.RATED_SATISFIED,
    (True, False): replies.RATED_DISSATISFIED,
}


class Appealing:
    """Carries out those acts; pure, like the performer that calls it."""

    def __init__(self, proposing: Proposing) -> None:
        self._proposing = proposing

    def appeal(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Begin an appeal, or take what answers its open question."""
        draft = turn.state.draft
        if draft is not None:
            taken = intake.absorb(draft, turn.text, turn.heard, intent)
            changed = draft.asking is Slot.CONFIRM and taken != draft
            said = replies.CORRECTED if changed else ""
            patient = intake.tells_more(draft, taken, turn.text)
            return self._advance(taken, said, intent, turn, patient=patient)
        if turn.state.unanswered and intent is not Intent.MAKE_COMPLAINT and "登记" in turn.text:
            opened = intake.begin_offered(turn.state.unanswered, turn.state.offered)
        elif _goes_on_telling(turn):
            # A story that a guide answered: it begins the appeal, this says more of it.
            told = intake.begin_offered(turn.state.unanswered or "", turn.state.offered)
            asked, _ = intake.ask(told, intake.next_slot(told))
            opened = intake.absorb(asked, turn.text, turn.heard, intent)
        else:
            opened = intake.begin(turn.text, turn.heard, intent)
        return self._advance(opened, replies.opening(opened.kind), intent, turn)

    def _advance(
        self,
        draft: AppealDraft,
        said: str,
        intent: Intent | None,
        turn: Turn,
        *,
        patient: bool = False,
    ) -> Outcome:
        slot = intake.next_slot(draft)
        proposal = self._proposing.propose_for(draft) if draft.what else None
        if proposal is not None and proposal.outcome is RoutingOutcome.DECLINE:
            return self._decline(draft, proposal.lead, intent, turn)
        if (
            slot is Slot.CONFIRM
            and proposal is not None
            and _place_is_missing(draft, proposal.asks)
        ):
            slot = Slot.WHERE
        noted = draft.model_copy(update={"notes": self._proposing.notes_for(draft)})
        asking, question = intake.ask(noted, slot, patient=patient)
        lead = proposal.lead if proposal is not None and not proposal.needs_dispatcher else None
        named = self._proposing.department_name(lead)
        if asking.parts:
            named = "、".join(one.department or "由派单员确定" for one in asking.parts)
        card = draft_card(asking, named)
        cleared = {
            "draft": asking,
            "asks": slot,
            "choices": (),
            "failures": 0,
            "unanswered": None,
            "offered": None,
        }
        return Outcome(
            act=Act.APPEAL,
            intent=intent,
            state=turn.state.model_copy(update=cleared | {"draft": asking, "asks": slot}),
            replies=(Reply(text=f"{said}{question}", cards=(card,)),),
        )

    def _decline(
        self, draft: AppealDraft, body: str | None, intent: Intent | None, turn: Turn
    ) -> Outcome:
        text = self._proposing.decline_sentence(draft, body)
        state = turn.state.model_copy(update={"draft": None, "asks": None})
        return Outcome(act=Act.APPEAL, intent=intent, state=state, replies=(Reply(text=text),))

    def submit(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Register the draft."""
        draft = turn.state.draft
        if draft is None or not draft.what:
            return self.appeal(intent, turn)
        draft = intake.agreed(draft, turn.text, turn.heard)
        done = {"draft": None, "asks": None, "choices": (), "failures": 0}
        return Outcome(
            act=Act.SUBMIT_APPEAL,
            intent=intent,
            state=turn.state.model_copy(update=done),
            replies=(),
            effects=(
                Effect(type="register_appeal", data={"draft": draft.model_dump(mode="json")}),
            ),
        )

    def cancel(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Drop the draft."""
        text = replies.CANCELLED if turn.state.draft is not None else replies.NOTHING_TO_CANCEL
        state = turn.state.model_copy(update={"draft": None, "asks": None, "choices": ()})
        return Outcome(
            act=Act.CANCEL_APPEAL, intent=intent, state=state, replies=(Reply(text=text),)
        )

    def progress(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Show where an appeal stands, or ask for what its look-up needs."""
        named = named_ticket(turn.text)
        if turn.state.asks is Slot.TICKET_NO and named.number is None and named.code is None:
            return self._without_ticket(intent, turn)
        own = turn.state.last_ticket_no
        number = named.number or turn.state.ticket_named or own
        back = turn.state.draft.asking if turn.state.draft else None
        if number is None or (named.code is None and number != own):
            text = (
                replies.ASK_TICKET_CODE.format(number=number) if number else replies.ASK_TICKET_NO
            )
            asked = {"asks": Slot.TICKET_NO, "ticket_named": number}
            return Outcome(
                act=Act.PROGRESS,
                intent=intent,
                state=turn.state.model_copy(update=asked),
                replies=(Reply(text=text),),
            )
        return Outcome(
            act=Act.PROGRESS,
            intent=intent,
            state=turn.state.model_copy(update={"asks": back, "ticket_named": None}),
            replies=(),
            effects=(Effect(type="show_progress", data={"number": number, "code": named.code}),),
        )

    def _without_ticket(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Say what else there is for who has no number at hand."""
        if turn.state.last_ticket_no is not None or turn.state.last_act is not Act.PROGRESS:
            asked = turn.state.model_copy(update={"asks": None})
            return self.progress(intent, turn.model_copy(update={"state": asked}))
        asks = turn.state.draft.asking if turn.state.draft else None
        state = turn.state.model_copy(update={"asks": asks, "ticket_named": None})
        said = (Reply(text=replies.NO_TICKET_NO),)
        return Outcome(act=Act.PROGRESS, intent=intent, state=state, replies=said)

    def handover(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Ask for a person."""
        return Outcome(
            act=Act.HANDOVER,
            intent=intent,
            state=turn.state.model_copy(update={"failures": 0, "person_called": True}),
            replies=(),
            effects=(Effect(type="request_handover"),),
        )

    def rate(self, intent: Intent | None, turn: Turn) -> Outcome:
        """Keep whether the last answer helped, or ask how the service was."""
        asked = turn.state.asks is Slot.RATING
        useful = rates_service(turn.text) if asked else rates(turn.text)
        if useful is None:
            state = turn.state.model_copy(update={"asks": Slot.RATING})
            said = (Reply(text=replies.ASK_RATING),)
            return Outcome(act=Act.RATE, intent=intent, state=state, replies=said)
        return Outcome(
            act=Act.RATE,
            intent=intent,
            state=turn.state.model_copy(update={"failures": 0, "asks": None}),
            replies=(Reply(text=_RATED[asked, useful]),),
            effects=(Effect(type="rate_answer", data={"useful": useful}),),
        )


def _place_is_missing(draft: AppealDraft, asks: str | None) -> bool:
    asked = draft.asked.get(Slot.WHERE, 0)
    return asks == Slot.WHERE and asked < intake.ASKED_AT_MOST


def _goes_on_telling(turn: Turn) -> bool:
    """Whether a message tells where or when what was told before happened, and little else."""
    state, heard = turn.state, turn.heard
    told = state.unanswered is not None and state.offered is not None
    more = heard.place is not None or heard.when is not None
    return told and more and len(turn.text) <= WHOLE_PLACE
