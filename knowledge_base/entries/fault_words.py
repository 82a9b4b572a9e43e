"""The loader's faults in an editor's words: files are repaired by developers, entries by editors.

The loader speaks English with file and line; at the desk the same rules are told in Chinese.
"""

import re

_PROBLEMS = (
    (r"unknown department '(.*)'", r"没有编码为“\1”的单位", "改用单位目录中的编码"),
    (r"'(.*)' is not the title of (M\d{4,6})", r"“\1”不是 \2 的名称", ""),
    (r"'(.*)' is not the category of (M\d{4,6})", r"“\1”不是 \2 的类别", ""),
    (
        r"(M\d{4,6}) has (\d+) different aliases and sample questions",
        r"别名和问法一共只有 \2 个",
        "别名和问法合计至少写 8 个，用市民自己的话",
    ),
    (r"unknown law '(.*)'", r"法规目录里没有《\1》", "写法规的全称；目录里没有的，先请管理员补充"),
    (r"unknown service point '(.*)'", r"没有编码为“\1”的办事网点", "改用办事网点目录中的编码"),
    (r"malformed matter code '(.*)'", r"“\1”不是事项编码", "事项编码形如 M0103"),
    (r"a matter cannot be confused with itself", "易混事项写成了本事项", "改成另一个事项的编码"),
    (r"unknown matter code '(.*)'", r"没有编码为“\1”的事项", "改用已有事项的编码"),
)
_EXPECTED = re.compile(r"^write '(.*)' as in city/matters_index\.yml$")


def in_chinese(problem: str, repair: str) -> tuple[str, str] | None:
    """Return a fault's problem and repair as editors read them; None where it is not known."""
    for pattern, said, remedy in _PROBLEMS:
        match = re.fullmatch(pattern, problem)
        if match is not None:
            expected = _EXPECTED.match(repair)
            return match.expand(said), f"改为“{expected[1]}”" if expected else remedy
    return None
