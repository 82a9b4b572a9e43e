"""Thanks, 明白了 and goodbyes in many voices, and what only holds such a word."""

import pytest

from bot.conversation.courtesy_words import courtesy
from bot.conversation.schemas import Act


@pytest.mark.parametrize(
    "text",
    [
        "多谢你啊大姐，讲得真清楚",
        "晓得咯，难为你咯",
        "哦哦懂了懂了，感谢感谢",
        "明白啦小姑娘，辛苦了",
        "唔该晒",
        "好嘞，记下了",
        "中，那就麻烦你们了",
        "谢谢您的耐心解答！",
        "原来如此，这下弄明白了",
        "行，收到，谢了老弟",
        "谢谢侬",
        "嗯嗯我心里有数了，多谢同志",
        "好的，没有问题了，谢谢🙏",
        "打扰了",
    ],
)
def test_thanks_are_heard_in_many_voices(text: str) -> None:
    assert courtesy(text) is Act.THANKS


@pytest.mark.parametrize(
    "text",
    [
        "好，那先这样，拜拜",
        "谢谢啊，不耽误你了，再见",
        "没别的事了，你忙吧",
        "行，有问题我再来问你",
        "知道了，挂了哈",
        "祝您工作顺利",
        "那我这就去办，多谢",
    ],
)
def test_goodbyes_are_heard_in_many_voices(text: str) -> None:
    assert courtesy(text) is Act.GOODBYE


@pytest.mark.parametrize(
    "text",
    [
        "好的",  # may answer something
        "可以",
        "谢谢，那要多少钱",
        "明白了，周末开门吗",
        "麻烦你",
        "麻烦你们帮帮忙",
        "谢谢小李帮我补的证",
        "谢谢城关派出所的民警",
        "知道了地址，几楼呢",
        "没有了",
        "不明白",
        "不清楚",
        "不知道",
        "没听懂",
        "再见面要带什么",
        "好人好事怎么表扬",
    ],
)
def test_what_says_more_is_no_mere_courtesy(text: str) -> None:
    assert courtesy(text) is None


def test_long_run_of_courtesies_is_read_at_once() -> None:
    assert courtesy("谢" * 5000) is None
