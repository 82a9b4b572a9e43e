import numpy as np

from retrieval.encoder.onnx_encoder import OnnxEncoder

PASSAGES = [
    "居民身份证丢失补领",
    "普通护照首次申请",
    "内地居民结婚登记",
    "住房公积金租房提取",
    "职工医保退休人员待遇核定",
    "机动车注册登记（新车上牌）",
]
QUESTIONS = [
    "身份证不见了怎么重新办一张",
    "第一次出国要办什么证件",
    "想登记结婚需要带什么",
    "交房租能用公积金吗",
    "退休以后看病还要继续缴费吗",
    "刚买的车怎么挂牌照",
]


def test_encoder_ranks_fixed_set_as_expected(encoder: OnnxEncoder) -> None:
    cosines = encoder.encode_queries(QUESTIONS) @ encoder.encode_passages(PASSAGES).T

    assert cosines.argmax(axis=1).tolist() == [0, 1, 2, 3, 4, 5]


def test_encoder_gives_rows_of_length_one(encoder: OnnxEncoder) -> None:
    vectors = encoder.encode_passages(PASSAGES)

    assert vectors.shape == (6, encoder.dimensions)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)


def test_encoder_batch_says_what_single_texts_say(encoder: OnnxEncoder) -> None:
    alone = np.concatenate([encoder.encode_queries([text]) for text in QUESTIONS])

    together = encoder.encode_queries(QUESTIONS)

    # one scale of the dynamic quantisation covers a batch, so they agree closely, not exactly
    assert float(np.sum(alone * together, axis=1).min()) > 0.98


def test_encoder_takes_no_texts_and_very_long_ones(encoder: OnnxEncoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dimensions)

    long = encoder.encode_passages(["办理材料" * 2000])
    assert np.isfinite(long).all()
