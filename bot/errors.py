"""Errors of the assistant as a whole; those of conversations are in ``bot/conversation/errors.py``.

HotlineError
└── ConfigurationError
    ├── RasaEnvironmentError     Rasa's own Python environment is missing
    └── AssistantTrainingError   Rasa refused to train; the message carries its last lines
"""

from foundation.errors import ConfigurationError


class RasaEnvironmentError(ConfigurationError):
    """``.venv-rasa`` is not there."""

    user_message = "还没有安装 Rasa 的运行环境，请先执行 make setup。"


class AssistantTrainingError(ConfigurationError):
    """``rasa train`` ended with an error."""

    user_message = "对话模型训练没有成功，请查看终端中的说明。"
