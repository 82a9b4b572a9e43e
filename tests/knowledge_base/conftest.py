"""A small library on disk, in the shape of the shipped one, for tests to break and repair."""

from collections.abc import Callable
from pathlib import Path

import pytest

from knowledge_base.library import Library
from knowledge_base.loader import load_library

CITY = "name: 示例市\nshort_name: 示例\nhotline_name: 示例市12345热线\ndemo: true\n"
DEPARTMENTS = "- {code: GA, name: 示例市公安局, short_name: 市公安局, level: 市, territory: 全市}\n"
PLACES = "- {name: 东区, kind: 区县, district: 东区}\n"
INDEX = (
    "- {code: M0001, title: 灯牌登记, category: 演示, expected_facets: [conditions, fee]}\n"
    "- {code: M0002, title: 灯牌注销, category: 演示}\n"
)
LAWS = "- {title: 灯牌管理条例, certainty: A}\n"
POINTS = (
    "- {code: P1, name: 东区窗口, department: GA, district: 东区, address: 东区东路1号, "
    "hours: 周一至周五 9:00—17:00}\n"
)
MATTER = """\
- code: M0001
  title: 灯牌登记
  aliases: [登记灯牌, 挂灯牌, 灯牌备案, 店门口挂灯]
  sample_questions: [门口想挂灯牌找谁, 挂灯要不要登记, 灯牌登记多少钱, 登记灯牌要几天]
  category: 演示
  audience: 个人
  department: GA
  summary: 挂灯牌前向公安机关登记。
  conditions:
    facts:
      - {text: 挂灯牌的应当登记。, basis: [{law: 灯牌管理条例, article: 第二条}]}
  legal_basis:
    - {law: 灯牌管理条例, article: 第二条}
  source: {title: 灯牌管理条例}
  valid_from: 2026-01-01
"""

WriteLibrary = Callable[..., Path]


@pytest.fixture
def write_library(tmp_path: Path) -> WriteLibrary:
    """Write a valid library, with the files named in ``changed`` replaced."""
    files = {
        "city/city.yml": CITY,
        "city/departments.yml": DEPARTMENTS,
        "city/places.yml": PLACES,
        "city/matters_index.yml": INDEX,
        "city/laws/general.yml": LAWS,
        "city/service_points/halls.yml": POINTS,
        "library/demo.yml": MATTER,
    }

    def write(**changed: str) -> Path:
        for name, text in {**files, **changed}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load_library()
