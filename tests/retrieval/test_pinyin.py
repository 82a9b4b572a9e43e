import pytest

from retrieval.pinyin import SoundDictionary, sounds, split_syllables


@pytest.fixture(scope="module")
def dictionary() -> SoundDictionary:
    words = ["身份证", "公积金", "提取", "居住证", "解除", "抵押", "多少"]
    return SoundDictionary(words, singles={"ma": "吗", "qian": "钱"})


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("身分正丢了", "身份证丢了"),
        ("shenfenzheng丢了", "身份证丢了"),
        ("shen fen zheng丢了", "身份证丢了"),
        ("工鸡金怎么ti qu", "公积金怎么提取"),
        ("身份证丢了", "身份证丢了"),
        ("wifi app", "wifi app"),
        ("解chu diya", "解除抵押"),
        ("juzhu zheng duoshao qian", "居住证多少钱"),
        ("gongjijin can ti qu ma", "公积金 can提取吗"),
        ("坐bus去ti取", "坐bus去提取"),
        ("it's app", "it's app"),
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
