import pytest

from retrieval.pinyin import SoundDictionary, sounds, split_syllables


@pytest.fixture(scope="module")
def dictionary() -> SoundDictionary:
    return SoundDictionary(["身份证", "公积金", "提取", "居住证"])


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("身分正丢了", "身份证丢了"),
        ("shenfenzheng丢了", "身份证丢了"),
        ("shen fen zheng丢了", "身份证丢了"),
        ("工鸡金怎么ti qu", "公积金怎么提取"),
        ("身份证丢了", "身份证丢了"),
        ("wifi app", "wifi app"),
    ],
)
def test_rewrite_puts_words_right_by_sound(
    said: str, meant: str, dictionary: SoundDictionary
) -> None:
    assert dictionary.rewrite(said) == meant


def test_sounds_do_not_tell_flat_from_retroflex() -> None:
    assert sounds("正") == sounds("zen") == sounds("怎")


def test_split_syllables_refuses_what_is_no_pinyin() -> None:
    assert split_syllables("zhuangxiu") == ["zhuang", "xiu"]
    assert split_syllables("wifi") is None
