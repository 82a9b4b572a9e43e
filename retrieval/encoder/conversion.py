"""Write the default encoder as an ordinary sentence-transformers folder.

Imports torch: set-up only.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import BertConfig, BertModel
from transformers.utils import logging as transformers_logging

from retrieval.encoder.e5s1 import Shape, Unigram, Weights
from retrieval.encoder.tokenizer_file import build_tokenizer

MAX_TOKENS = 512
PROMPTS = {"query": "query: ", "passage": "passage: "}
# names in the weights file → names in BertModel, the same for weight and bias
_LAYER_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def write_sentence_transformer(weights: Weights, folder: Path) -> None:
    """Write config, weights, tokenizer and pooling into ``folder`` (made if absent)."""
    transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]  # theirs is untyped
    folder.mkdir(parents=True, exist_ok=True)
    model = BertModel(BertConfig(**_config(weights.shape, weights.unigram)))
    # The pooler is never used; zeros keep the folder the same on every machine.
    pooler = {
        key: torch.zeros_like(value)
        for key, value in model.state_dict().items()
        if key.startswith("pooler.")
    }
    model.load_state_dict(_state(weights) | pooler, strict=True)
    model.save_pretrained(folder)
    build_tokenizer(weights.unigram).save(str(folder / "tokenizer.json"))
    _write_tokenizer_config(weights.unigram, folder)
    _write_modules(weights.shape, folder)


def _config(shape: Shape, unigram: Unigram) -> dict[str, Any]:
    return {
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.feed_forward,
        "max_position_embeddings": shape.max_positions,
        "type_vocab_size": shape.token_types,
        "layer_norm_eps": shape.layer_norm_eps,
        "hidden_act": "gelu",
        "pad_token_id": unigram.pad,
        "bos_token_id": unigram.bos,
        "eos_token_id": unigram.eos,
    }


def _state(weights: Weights) -> dict[str, torch.Tensor]:
    names = dict(_EMBEDDINGS)
    for layer in range(weights.shape.layers):
        for short, long in _LAYER_PARTS.items():
            for suffix, part in (("w", "weight"), ("b", "bias")):
                names[f"l{layer}.{short}.{suffix}"] = f"encoder.layer.{layer}.{long}.{part}"
    hidden, wide = weights.shape.hidden, weights.shape.feed_forward
    return {
        long: torch.from_numpy(_matrix(weights.tensors[short], short, hidden, wide))
        for short, long in names.items()
    }


def _matrix(flat: NDArray[np.float32], name: str, hidden: int, wide: int) -> NDArray[np.float32]:
    """Return the tensor in the shape BERT holds it: vectors as they are, matrices by rows."""
    if name.endswith((".b", "ln.w")):
        return flat
    return flat.reshape(-1, wide if name.endswith(".fo.w") else hidden)


def _write_tokenizer_config(unigram: Unigram, folder: Path) -> None:
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": MAX_TOKENS,
        "bos_token": unigram.pieces[unigram.bos],
        "eos_token": unigram.pieces[unigram.eos],
        "cls_token": unigram.pieces[unigram.bos],
        "sep_token": unigram.pieces[unigram.eos],
        "pad_token": unigram.pieces[unigram.pad],
        "unk_token": unigram.pieces[unigram.unknown],
        "mask_token": "<mask>",
        "model_input_names": ["input_ids", "attention_mask"],
    }
    _write_json(folder / "tokenizer_config.json", config)


def _write_modules(shape: Shape, folder: Path) -> None:
    kinds = (("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize"))
    modules = [
        {"idx": i, "name": str(i), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for i, (path, kind) in enumerate(kinds)
    ]
    _write_json(folder / "modules.json", modules)
    bert = {"max_seq_length": MAX_TOKENS, "do_lower_case": False}
    _write_json(folder / "sentence_bert_config.json", bert)
    pooling = {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True}
    _write_json(folder / "1_Pooling" / "config.json", pooling)
    (folder / "2_Normalize").mkdir(exist_ok=True)
    settings = {"prompts": PROMPTS, "similarity_fn_name": "cosine"}
    _write_json(folder / "config_sentence_transformers.json", settings)


def _write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
