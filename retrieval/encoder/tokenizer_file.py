"""Write the unigram of the weights file as a ``tokenizers`` tokenizer (``tokenizer.json``)."""

import re
import unicodedata

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from retrieval.encoder.e5s1 import Unigram
from retrieval.errors import EncoderError


def build_tokenizer(unigram: Unigram) -> Tokenizer:
    """Return the tokenizer: normalise, metaspace, unigram, ``<s> … </s>``."""
    vocabulary = list(zip(unigram.pieces, unigram.scores, strict=True))
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unigram.unknown, byte_fallback=False))
    tokenizer.normalizer = _normalizer(unigram.normalisation)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace("▁", prepend_scheme="always")]
    )
    bos, eos = unigram.pieces[unigram.bos], unigram.pieces[unigram.eos]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A {eos}", special_tokens=[(bos, unigram.bos), (eos, unigram.eos)]
    )
    special = (bos, eos, unigram.pieces[unigram.pad], unigram.pieces[unigram.unknown], "<mask>")
    tokenizer.add_special_tokens([AddedToken(piece, special=True) for piece in special])
    return tokenizer


def _normalizer(mapping: dict[str, str]) -> normalizers.Normalizer:
    """Return NFKC, preceded by what the map does otherwise: characters dropped or made spaces."""
    odd = {key: value for key, value in mapping.items() if _nfkc(key) != value}
    unexpected = [key for key, value in odd.items() if value not in {"", " "}]
    if unexpected:
        raise EncoderError(f"{len(unexpected)} characters are mapped in a way that is not NFKC")
    dropped = "".join(re.escape(key) for key, value in odd.items() if value == "")
    spaced = "".join(re.escape(key) for key, value in odd.items() if value == " ")
    return normalizers.Sequence(
        [
            normalizers.Replace(Regex(f"[{dropped}]"), ""),
            normalizers.Replace(Regex(f"[{spaced}]"), " "),
            normalizers.NFKC(),
            normalizers.Replace(Regex(" {2,}"), " "),
        ]
    )


def _nfkc(character: str) -> str:
    return unicodedata.normalize("NFKC", character)
