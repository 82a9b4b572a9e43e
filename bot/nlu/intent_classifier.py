"""Rasa's component around the intent model: calibrated confidences over all features at hand."""

from __future__ import annotations

from typing import Any, Dict, List, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu.intent_model import IntentModel
from bot.nlu.punctuation import one_form

_FILE = "intents.npz"
_RANKING = "intent_ranking"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CalibratedIntentClassifier(IntentClassifier, GraphComponent):
    """Weighs sentence vectors, patterns and character n-grams together (``IntentModel``)."""

    @classmethod
    def required_components(cls) -> List[Type]:
        """Vectors and patterns come from featurizers before it."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """Return the defaults; what they mean stands at ``IntentModel``."""
        return {"vector_weight": 48.0, "gram_weight": 60.0, "ridge": 0.1, "ranking_length": 3}

    @staticmethod
    def required_packages() -> List[Text]:
        """What must be installed beside Rasa."""
        return ["sklearn"]

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource
    ) -> None:
        self._ranking_length = int(config["ranking_length"])
        self._model = IntentModel(
            float(config["vector_weight"]), float(config["gram_weight"]), float(config["ridge"])
        )
        self._model_storage = model_storage
        self._resource = resource

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 -- Rasa's protocol
    ) -> CalibratedIntentClassifier:
        """Return an untrained component."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,  # noqa: ARG003 -- Rasa's protocol
        **kwargs: Any,  # noqa: ARG003 -- same
    ) -> CalibratedIntentClassifier:
        """Return the trained component."""
        component = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            component._model.load(folder / _FILE)
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learn from the examples that have words and an intent."""
        examples = [
            each for each in training_data.intent_examples if each.get(INTENT) and each.get(TEXT)
        ]
        self._model.fit(*_features(examples), [str(each.get(INTENT)) for each in examples])
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder / _FILE)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        """Add the likeliest intent and the first few to each message that has words."""
        heard = [message for message in messages if message.get(TEXT)]
        if heard:
            labels = self._model.labels
            found = self._model.confidences(*_features(heard))
            for message, shares in zip(heard, found, strict=True):
                ranking = [
                    {"name": labels[place], "confidence": float(shares[place])}
                    for place in np.argsort(-shares)[: self._ranking_length]
                ]
                message.set(INTENT, ranking[0], add_to_output=True)
                message.set(_RANKING, ranking, add_to_output=True)
        return messages


def _features(messages: List[Message]) -> Tuple[List[str], np.ndarray, np.ndarray]:
    """Return words, dense and sparse sentence features; a kind that is left out has no columns."""
    dense, sparse = [], []
    for message in messages:
        _, vector = message.get_dense_features(TEXT)
        _, pattern = message.get_sparse_features(TEXT)
        dense.append(vector.features[0] if vector else np.zeros(0))
        sparse.append(pattern.features.toarray()[0] if pattern else np.zeros(0))
    texts = [one_form(str(message.get(TEXT))) for message in messages]
    return texts, np.array(dense), np.array(sparse)
