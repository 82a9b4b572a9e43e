"""What holds for the whole source tree: import direction, sizes, and what may not stand in it."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
# Each may import itself and what stands to its left.
LAYERS = ("foundation", "knowledge_base", "retrieval", "routing", "bot", "connectors")
# What a user or the tools look for at the root; everything else belongs into a folder of its own,
# and what the product writes (keys, caches, data) into the data folder.
_ROOT_FILES = (".gitignore", "CHANGELOG.md", "LICENSE", "Makefile", "README.md", "alembic.ini")
_ROOT_CONFIGURATION = ("config.yml", "pyproject.toml", "requirements-dev.lock", "requirements.lock")
_ROOT_FOLDERS = (".ci", "benchmarks", "docs", "migrations", "scripts", "tests")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
# A home, scratch or build folder of one machine; none of them exists on the next.
_MACHINE_PATHS = re.compile(r"(?<![\w.~}])/(?:root|home|Users|tmp|work|opt)/\w")
_REGISTRY_HOSTS = re.compile(r"(?:pypi|pythonhosted|npmjs|tuna|mirrors)\.[a-z]+(?:\.[a-z]+)*")
# A reason follows after `--`, or as a comment of its own (mypy takes nothing else behind its own).
_SUPPRESSION = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:).*")
_BARE_SUPPRESSION = re.compile(
    r"#\s*(?:noqa(?:: [A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?)\s*$"
)


def _tracked() -> tuple[Path, ...]:
    """Every file of the repository, new ones included, ignored ones not."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return tuple(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


FILES = _tracked()
PYTHON_FILES = tuple(path for path in FILES if path.suffix == ".py")
SOURCES = tuple(path for path in PYTHON_FILES if path.relative_to(ROOT).parts[0] in LAYERS)


def test_imports_point_one_way() -> None:
    assert [fault for path in SOURCES for fault in _upward_imports(path)] == []


def test_nothing_else_stands_at_the_root() -> None:
    allowed = {*LAYERS, *_ROOT_FILES, *_ROOT_CONFIGURATION, *_ROOT_FOLDERS}
    assert {path.relative_to(ROOT).parts[0] for path in FILES} - allowed == set()


def test_rasa_components_import_nothing_of_ours_and_are_python_3_10() -> None:
    faults = []
    for path in _rasa_components():
        tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 10))
        faults += [
            f"{_shown(path)}:{line} imports {name}"
            for name, line in _imports(tree, path)
            if name.split(".")[0] in LAYERS and not name.startswith("bot.nlu")
        ]
    assert faults == []


def test_bot_package_stays_empty_for_rasa() -> None:
    assert (ROOT / "bot" / "__init__.py").read_text(encoding="utf-8") == ""


def test_no_city_name_stands_in_code() -> None:
    city = YAML(typ="safe").load(
        (ROOT / "knowledge_base" / "city" / "city.yml").read_text(encoding="utf-8")
    )
    name = re.compile("|".join((city["name"], city["short_name"])))
    code = [
        path
        for path in FILES
        if path.suffix in {".py", ".js", ".css", ".html"}
        and path.relative_to(ROOT).parts[0] in LAYERS
    ]
    assert [fault for path in code for fault in _lines_with(path, name)] == []


def test_files_and_functions_stay_short() -> None:
    long_files = [
        f"{_shown(path)}: {count} lines"
        for path in PYTHON_FILES
        # A migration is a record of every column at once.
        if path.parent.name != "versions"
        and (count := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    long_functions = [
        f"{_shown(path)}:{node.lineno} {node.name}: {length} lines"
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long_files + long_functions == []


@pytest.mark.parametrize("forbidden", [_MACHINE_PATHS, _REGISTRY_HOSTS], ids=["paths", "hosts"])
def test_no_machine_path_and_no_registry_host_stands_in_the_repository(
    forbidden: re.Pattern[str],
) -> None:
    texts = [path for path in FILES if path != Path(__file__) and not _is_binary(path)]
    assert [fault for path in texts for fault in _lines_with(path, forbidden)] == []


def test_every_suppression_says_why() -> None:
    bare = [
        f"{_shown(path)}:{number} {found.group().strip()}"
        for path in PYTHON_FILES
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if (found := _SUPPRESSION.search(line)) and _BARE_SUPPRESSION.match(found.group())
    ]
    assert bare == []


def test_every_declared_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    runtime = _locked("requirements.lock")
    everything = runtime | _locked("requirements-dev.lock")
    # torch is installed on its own: docs/decisions/0005-locks-and-torch.md.
    assert _names(project["dependencies"]) - runtime == {"torch"}
    assert _names(project["optional-dependencies"]["dev"]) - everything == set()


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "bot/requirements.lock"]
)
def test_every_locked_package_has_its_hashes(name: str) -> None:
    entries = re.split(r"\n(?=\S)", (ROOT / name).read_text(encoding="utf-8").strip())

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def _upward_imports(path: Path) -> Iterator[str]:
    layer = LAYERS.index(path.relative_to(ROOT).parts[0])
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for name, line in _imports(tree, path):
        top = name.split(".")[0]
        if top in LAYERS and LAYERS.index(top) > layer:
            yield f"{_shown(path)}:{line} imports {name}"


def _imports(tree: ast.Module, path: Path) -> Iterator[tuple[str, int]]:
    """Yield every imported module with its line, relative ones made absolute."""
    package = path.relative_to(ROOT).parts[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            yield ".".join((*above, *((node.module,) if node.module else ()))), node.lineno


def _rasa_components() -> tuple[Path, ...]:
    folder = ROOT / "bot" / "nlu"
    return tuple(path for path in PYTHON_FILES if folder in path.parents)


def _lines_with(path: Path, pattern: re.Pattern[str]) -> Iterator[str]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if pattern.search(line):
            yield f"{_shown(path)}:{number} {line.strip()[:80]}"


def _is_binary(path: Path) -> bool:
    return b"\0" in path.read_bytes()[:8192]


def _locked(name: str) -> set[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return {_canonical(found) for found in re.findall(r"^([\w.-]+)==", text, re.MULTILINE)}


def _names(requirements: list[str]) -> set[str]:
    return {_canonical(re.split(r"[\[<>=!~; ]", line)[0]) for line in requirements}


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
