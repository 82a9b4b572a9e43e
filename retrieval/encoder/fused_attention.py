"""One operator in place of the dozen nodes that attention is exported as, for BERT's relatives.

Query, key and value become one matrix product, and ``com.microsoft.MultiHeadAttention`` does the
rest with the mask as it came. Imports torch: set-up only.
"""

from dataclasses import dataclass
from typing import Any

import torch

# Attention of these is the same but for its name: three products, scaled dot product, softmax.
_KNOWN = frozenset(
    {"BertSelfAttention", "RobertaSelfAttention", "XLMRobertaSelfAttention", "ElectraSelfAttention"}
)


@dataclass
class Mask:
    """Carries the mask past the network's own code: int32, shape (batch, tokens)."""

    value: torch.Tensor | None = None


class _Operator(torch.autograd.Function):
    """Stands in the trace for the operator; what it computes here is never looked at."""

    @staticmethod
    def forward(
        _context: Any,
        query: torch.Tensor,
        _key: torch.Tensor,
        _value: torch.Tensor,
        _mask: torch.Tensor,
        _heads: int,
    ) -> torch.Tensor:
        return query.clone()

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, mask: Any, heads: int) -> Any:
        """Return the operator's node."""
        no_bias = graph.op("prim::Constant")
        no_bias.setType(torch.OptionalType.ofTensor())
        name = "com.microsoft::MultiHeadAttention"
        return graph.op(name, query, key, value, no_bias, mask, num_heads_i=heads).setType(
            query.type()
        )


class FusedSelfAttention(torch.nn.Module):
    """Takes the place of a self-attention module, only while the graph is written."""

    def __init__(self, attention: Any, mask: Mask) -> None:
        super().__init__()
        parts = (attention.query, attention.key, attention.value)
        self._heads = attention.num_attention_heads
        self._width = parts[0].out_features
        self._mask = mask
        self.project = torch.nn.Linear(parts[0].in_features, 3 * self._width)
        self.project.load_state_dict(
            {name: torch.cat([getattr(one, name) for one in parts]) for name in ("weight", "bias")}
        )

    def forward(self, states: torch.Tensor, *_: Any, **__: Any) -> tuple[torch.Tensor, None]:
        """Return what the module returns: the states and no weights."""
        query, key, value = torch.split(self.project(states), self._width, dim=-1)
        return _Operator.apply(query, key, value, self._mask.value, self._heads), None  # type: ignore[no-untyped-call]  # torch's is untyped


def fuse_attention(transformer: torch.nn.Module) -> Mask | None:
    """Put the operator in place of every attention of ``transformer``.

    Returns:
        Where the graph has to put the mask before it calls ``transformer`` without one; None where
        the attention is of another kind, and nothing was changed.
    """
    mask = Mask()
    found = [
        (parent, name, child)
        for parent in transformer.modules()
        for name, child in parent.named_children()
        if type(child).__name__ in _KNOWN
    ]
    for parent, name, child in found:
        setattr(parent, name, FusedSelfAttention(child, mask))
    return mask if found else None
