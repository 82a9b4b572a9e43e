"""Words of the regions that ask."""

import pytest

from bot.conversation.plain_words import plainly


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("几钱啊", "多少钱啊"),
        ("要几耐", "要多久"),
        ("系边度办㗎", "在哪里办"),
        ("啥子人可以申请", "什么人可以申请"),
        ("啥辰光开始报", "什么时候开始报"),
        ("要带咩文件", "要带什么文件"),
        ("阿拉小囡哪能报名", "我们小囡怎么报名"),
        ("搁哪旮旯弄", "在哪里弄"),
        ("佇佗位提交", "在哪里提交"),
        ("啥前儿下来", "什么时候下来"),
        ("要多少工夫", "要多久"),
        ("使唔使排队", "要不要排队"),
        ("阿拉爷代我去来噻伐", "我们爷代我去可以吗"),
        ("这个卡用好久要换", "这个卡用多久要换"),
    ],
)
def test_plainly_puts_regional_question_words_into_common_ones(said: str, meant: str) -> None:
    assert plainly(said) == meant


@pytest.mark.parametrize("said", ["等了好久了", "身份证丢了怎么办", "去派出所办", "哪能这样算"])
def test_plainly_leaves_common_words_alone(said: str) -> None:
    assert plainly(said) == said
