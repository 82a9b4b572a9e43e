"""Sentence vectors of the service's encoder as Rasa's dense features.

Runs inside Rasa (Python 3.10). The text arrives normalised by the service; only its punctuation
is brought to one form here.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any, Dict, List, Text, Type

import jieba
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.constants import FEATURIZER_CLASS_ALIAS
from rasa.nlu.featurizers.dense_featurizer.dense_featurizer import DenseFeaturizer
from rasa.nlu.tokenizers.tokenizer import Tokenizer
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.punctuation import one_form
from bot.nlu.sentence_encoder import SentenceEncoder

# jieba tells on standard error that it builds its dictionary, which is no news to anyone
jieba.setLogLevel(logging.WARNING)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=False)
class OnnxSentenceFeaturizer(DenseFeaturizer, GraphComponent):
    """One vector for the whole message; the encoder's folder comes from ``HOTLINE_ENCODER_DIR``."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Rasa wants a tokenizer before any featurizer."""
        return [Tokenizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the defaults; ``scale`` multiplies the vectors, which have length 1.

        It sets how strongly the classifier's fixed regularisation holds them back. ``middle`` adds
        the mean state of middle layers, which has no fixed length.
        """
        return {**DenseFeaturizer.get_default_config(), "scale": 1.0, "middle": False}

    @staticmethod
    def required_packages() -> List[Text]:
        """What must be installed beside Rasa."""
        return ["onnxruntime", "tokenizers"]

    def __init__(self, config: Dict[Text, Any], name: Text, encoder: SentenceEncoder) -> None:
        super().__init__(name, config)
        self._encoder = encoder

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,  # noqa: ARG003 -- Rasa's protocol
        resource: Resource,  # noqa: ARG003 -- same
        execution_context: ExecutionContext,
    ) -> OnnxSentenceFeaturizer:
        """Open the encoder; it is not copied into Rasa's model."""
        folder = Path(os.environ.get("HOTLINE_ENCODER_DIR", "var/models/encoder"))
        return cls(config, execution_context.node_name, SentenceEncoder(folder))

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        """Refuse a scale that would drop the features."""
        if float(config["scale"]) <= 0:
            raise ValueError("OnnxSentenceFeaturizer: scale must be above 0")

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the sentence vector to each message that has text."""
        for message in messages:
            self._add_vector(message)
        return messages

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Do the same to the training examples."""
        self.process(training_data.training_examples)
        return training_data

    def _add_vector(self, message: Message) -> None:
        text = message.get(TEXT)
        if not text:
            return
        encode = self._encoder.encode_twice if self._config["middle"] else self._encoder.encode
        vector = encode(one_form(text)) * float(self._config["scale"])
        message.add_features(
            Features(vector, FEATURE_TYPE_SENTENCE, TEXT, self._config[FEATURIZER_CLASS_ALIAS])
        )
