"""The service's environment and Rasa's make the same vectors of the same text (golden test)."""

import json
import subprocess
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from bot.nlu.sentence_encoder import SentenceEncoder
from bot.serving import rasa_python, training_environment
from foundation.settings import load_settings
from retrieval.encoder.preparation import encoder_folder, load_encoder

TEXTS = [
    "身份证丢了怎么补办",
    "那要多少钱",
    "在哪办",
    "我要投诉，文渊阁小区楼下的烧烤店半夜还在冒油烟",
    "我的号码是[电话1]",
    "对",
    "转人工",
    "Can I renew my passport online?",
    "办理护照需要带什么材料？要不要户口本原件？",
    "🙂🙂🙂",
    "。",
    "<b>居住证</b> & ' OR 1=1 --",
    "阿拉想问一下墓地怎么买",
    "啥子条件才得行嘛",
    "2026年11月22日23:59",
    "小区门口的路灯坏了三个星期，晚上老人孩子出门都看不见，" * 12,
    "公积金提取",
    "谢谢，再见！",
    "不对，是澜湖区不是盘江区",
    "ＡＢＣ　全角１２３",
]
SAME = 0.9999
# The int8 model rounds differently in another ONNX Runtime, and 1.23.2 is the last one for Rasa's
# Python 3.10: lowest of these texts 0.9985 between 1.23.2 and 1.31.1, 1.0 where versions agree.
SAME_BUT_FOR_ROUNDING = 0.998
SIXTH_EIGHTH_TENTH = [
    f"/transformer/encoder/layer.{layer}/output/LayerNorm/LayerNormalization_output_0"
    for layer in (5, 7, 9)
]
# Reads texts on standard input, writes one vector a line, as Rasa's component computes them.
_IN_RASA = """
import json, os, sys, onnxruntime
from pathlib import Path
from bot.nlu.sentence_encoder import SentenceEncoder
encoder = SentenceEncoder(Path(os.environ["HOTLINE_ENCODER_DIR"]))
vectors = [encoder.encode(text)[0].tolist() for text in json.load(sys.stdin)]
print(json.dumps({"runtime": onnxruntime.__version__, "vectors": vectors}))
"""


@pytest.mark.rasa
def test_vectors_are_the_same_in_both_environments(tmp_path: Path) -> None:
    settings = load_settings()
    encoder = load_encoder(settings)

    here = np.vstack([encoder.encode_queries([text]) for text in TEXTS])
    finished = subprocess.run(
        [rasa_python(), "-c", _IN_RASA],
        input=json.dumps(TEXTS),
        env=training_environment(settings),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answer = json.loads(finished.stdout)
    there = np.array(answer["vectors"], dtype=np.float32)
    least = SAME if answer["runtime"] == onnxruntime.__version__ else SAME_BUT_FOR_ROUNDING

    assert there.shape == here.shape
    # rows have length 1: the inner product is the cosine
    assert np.sum(here * there, axis=1).min() > least


def test_middle_states_are_the_mean_of_three_of_twelve_layers() -> None:
    folder = encoder_folder(load_settings())
    model = onnx.load(folder / "onnx" / "model.onnx")
    for name in SIXTH_EIGHTH_TENTH:
        output = onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None)
        model.graph.output.append(output)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    encoder = SentenceEncoder(folder)

    for text in TEXTS[:3]:
        ids = np.array([encoder._tokenizer.encode("query: " + text).ids])
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        vector, *layers = session.run(["vectors", *SIXTH_EIGHTH_TENTH], inputs)
        both = np.hstack([vector, sum(states.mean(axis=1) for states in layers) / 3])
        assert np.allclose(encoder.encode_twice(text), both, atol=1e-4)
