"""The executor that runs the actions inside the service, with what they need handed in."""

from rasa_sdk.executor import ActionExecutor

from bot.actions.acts import ACT_OF_ACTION, ActAction, Performing, ValidateAppealForm


def build_executor(performing: Performing) -> ActionExecutor:
    """Return rasa-sdk's executor with every action of the domain registered."""
    executor = ActionExecutor()
    for name, act in ACT_OF_ACTION.items():
        executor.register_action(ActAction(name, act, performing))
    executor.register_action(ValidateAppealForm(performing))
    return executor
