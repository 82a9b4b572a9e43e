"""Networks with random weights, small enough to be written and exported in a second."""

from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
from tokenizers import Tokenizer, pre_tokenizers, processors
from tokenizers.models import WordLevel
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    BertModel,
    MPNetConfig,
    MPNetModel,
    PreTrainedTokenizerFast,
    XLMRobertaConfig,
    XLMRobertaModel,
)

_SPECIAL = ["<pad>", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
_CHARACTERS = "居民身份证丢失补领普通护照首次申请公司注销要交多少钱社保卡怎么办在哪里新生儿上户口"
SHAPE = {
    "hidden_size": 32,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "intermediate_size": 64,
    "max_position_embeddings": 80,
    "pad_token_id": 0,
    "initializer_range": 0.2,  # ten times the usual, so that what is read makes a difference
}


def _tokenizer(*, typed: bool) -> PreTrainedTokenizerFast:
    words = [*_SPECIAL, *dict.fromkeys(_CHARACTERS)]
    tokenizer = Tokenizer(WordLevel({word: i for i, word in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    kind = 1 if typed else 0
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair=f"[CLS] $A [SEP] $B:{kind} [SEP]:{kind}",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    inputs = ["input_ids", "token_type_ids", "attention_mask"]
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_input_names=inputs if typed else [inputs[0], inputs[2]],
        model_max_length=64,
        pad_token="<pad>",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )


def write_encoder(folder: Path, kind: str) -> Path:
    """Write a sentence-transformers folder over a ``bert``, ``xlm-roberta`` or ``mpnet``."""
    torch.manual_seed(7)
    size = {"vocab_size": len(_tokenizer(typed=True)), **SHAPE}
    networks = {
        "bert": lambda: BertModel(BertConfig(**size)),
        "xlm-roberta": lambda: XLMRobertaModel(XLMRobertaConfig(**size)),
        "mpnet": lambda: MPNetModel(MPNetConfig(**size)),
    }
    _save(networks[kind](), folder / "network", typed=kind == "bert")
    transformer = Transformer(str(folder / "network"), max_seq_length=64)
    pooling = Pooling(SHAPE["hidden_size"], pooling_mode="mean")
    SentenceTransformer(modules=[transformer, pooling], device="cpu").save(str(folder / "encoder"))
    return folder / "encoder"


def write_cross_encoder(folder: Path, *, labels: int = 1) -> Path:
    """Write a classification folder with ``labels`` scores a pair."""
    torch.manual_seed(7)
    config = BertConfig(vocab_size=len(_tokenizer(typed=True)), num_labels=labels, **SHAPE)
    network = BertForSequenceClassification(config)
    _save(network, folder, typed=True)
    return folder


def _save(network: torch.nn.Module, folder: Path, *, typed: bool) -> None:
    network.eval().save_pretrained(folder)
    _tokenizer(typed=typed).save_pretrained(folder)
