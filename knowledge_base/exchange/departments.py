"""Names of bodies in a list as codes: by name, short name or alias."""

from collections import defaultdict
from collections.abc import Mapping

from rapidfuzz import fuzz, process

from knowledge_base.exchange.words import UnreadableValueError, plain
from knowledge_base.schema import Department

_ALIKE = 60.0  # rapidfuzz ratio; a weaker likeness helps nobody


class DepartmentNames:
    """Every way in which a body of the city is called."""

    def __init__(self, departments: Mapping[str, Department], extra: Mapping[str, str]) -> None:
        self._departments = departments
        self._codes: dict[str, set[str]] = defaultdict(set)
        for code, body in departments.items():
            for name in (code, body.name, body.short_name, *body.aliases):
                self._codes[plain(name)].add(code)
        # What the mapping says is meant for this list: it goes before what we know.
        self._extra = {plain(name): code for name, code in extra.items()}

    def unknown_codes(self) -> list[str]:
        """Return the codes that the mapping names and that no body has."""
        return sorted(set(self._extra.values()) - set(self._departments))

    def code_of(self, name: str) -> str:
        """Return the body's code.

        Raises:
            UnreadableValueError: nobody, or more than one body, is called so.
        """
        key = plain(name)
        if key in self._extra:
            return self._extra[key]
        codes = self._codes.get(key, set())
        if len(codes) == 1:
            return next(iter(codes))
        if codes:
            shown = "、".join(self._shown(code) for code in sorted(codes))
            raise UnreadableValueError(f"“{name}”对应多个单位：{shown}", _IN_MAPPING)
        raise UnreadableValueError(f"没有名为“{name}”的单位", self._suggestion(key))

    def _suggestion(self, key: str) -> str:
        found = process.extractOne(key, list(self._codes), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if found is None:
            return _IN_MAPPING
        nearest = "、".join(self._shown(code) for code in sorted(self._codes[found[0]]))
        return f"是否为 {nearest}？{_IN_MAPPING}"

    def _shown(self, code: str) -> str:
        return f"{self._departments[code].name}（{code}）"


_IN_MAPPING = "请改用单位目录中的名称，或在映射文件的 departments.names 中写明编码"
