"""What handling roles may read of a confidential appeal, and of an ordinary one."""

import pytest

from routing.appeals.shielding import HIDDEN, shielded, shielded_place

H = HIDDEN
CASES = (
    ("我家住翠苑小区3栋2单元501室，楼下餐馆偷排油烟", f"我家住翠苑小区{H}，楼下餐馆偷排油烟"),
    ("我住3-2-501，隔壁在造假酒", f"我住{H}，隔壁在造假酒"),
    ("我儿子在该幼儿园上学，老师打孩子", f"{H}在该幼儿园上学，老师打孩子"),
    ("我是该厂员工，厂里夜里偷排废水", f"{H}，厂里夜里偷排废水"),
    ("我在他们公司上班，老板拖欠工资", f"{H}，老板拖欠工资"),
    ("我的店对面的烧烤摊占道", f"{H}的烧烤摊占道"),
    ("我叫王小明，举报宏达公司偷税", f"我叫{H}，举报宏达公司偷税"),
    # Of whom it is about everything stays: nobody could look there otherwise.
    ("翠苑小区3栋501室在卖假药", "翠苑小区3栋501室在卖假药"),
    ("和顺路12号的饭店用地沟油", "和顺路12号的饭店用地沟油"),
    ("该公司员工没有健康证，老板说我们不怕查", "该公司员工没有健康证，老板说我们不怕查"),
)


@pytest.mark.parametrize(("said", "shown"), CASES)
def test_shielding_hides_who_speaks_and_keeps_whom_it_is_about(said: str, shown: str) -> None:
    assert shielded(said, confidential=True, name=None, phone=None) == shown


@pytest.mark.parametrize("said", [said for said, _ in CASES])
def test_an_ordinary_appeal_keeps_its_words(said: str) -> None:
    assert shielded(said, confidential=False, name=None, phone=None) == said


@pytest.mark.parametrize(
    ("place", "text", "shown"),
    [
        ("翠苑小区3栋2单元501室", "我家在3栋2单元501室，楼下餐馆偷排油烟", f"翠苑小区{H}"),
        ("我家翠苑小区3栋501室楼下", "楼下餐馆偷排油烟", f"我家翠苑小区{H}楼下"),
        ("翠苑小区3栋501室", "有人在卖假药", "翠苑小区3栋501室"),
        ("翠苑小区3栋501室", "我家在4栋202室，3栋501室在卖假药", "翠苑小区3栋501室"),
    ],
)
def test_a_place_loses_the_door_that_is_the_informants_own(
    place: str, text: str, shown: str
) -> None:
    assert shielded_place(place, text, name=None, phone=None) == shown
