"""The checks of ``hotline doctor``: each looks at one thing and says what to do about it."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, version
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from connectors.cli.ports import PortInUseError, require_free_port
from foundation.clock import Clock, SystemClock
from foundation.errors import HotlineError
from foundation.settings import ROOT, Settings

_DISK_WARNING_BYTES = 1_000_000_000
_LOCKED = re.compile(r"^([\w.-]+)==([\w.+]+)(?: ; (.+?))? \\$", re.MULTILINE)
_PROBE_SECONDS = 3.0
# The State Council publishes the next year's holidays in late October or November.
_NOTICE_MONTH = 11


class Verdict(StrEnum):
    """How a check came out; the value is what people see."""

    GOOD = "正常"
    NOTICE = "注意"
    FAULT = "故障"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result and what to do about it."""

    verdict: Verdict
    text: str


Check = Callable[[Settings], Finding]


def python(_settings: Settings) -> Finding:
    """Python 3.11 or newer runs this."""
    found = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    return Finding(Verdict.GOOD if good else Verdict.FAULT, f"Python {found}，需要 3.11 或更新")


def service_environment(_settings: Settings) -> Finding:
    """Every package of the lock is installed in its version."""
    wrong = [
        name
        for name, wanted, marker in _LOCKED.findall((ROOT / "requirements.lock").read_text())
        if not marker and _installed(name) != wanted
    ]
    if wrong:
        names = "、".join(wrong[:5])
        return Finding(Verdict.FAULT, f"{len(wrong)} 个依赖与锁定版本不符（{names}）：make setup")
    return Finding(Verdict.GOOD, "依赖与锁定版本一致")


def rasa_environment(settings: Settings) -> Finding:
    """Rasa's own environment is complete and its Python runs."""
    if settings.rasa == "off":
        return Finding(Verdict.GOOD, "按设置不使用 Rasa")
    folder = ROOT / ".venv-rasa"
    if not (folder / "setup.json").exists() or (folder / ".unpacking").exists():
        return Finding(Verdict.NOTICE, "尚未安装或安装未完成，对话按降级方式运行：make setup")
    try:
        done = subprocess.run(  # noqa: S603 -- our own interpreter
            [folder / "bin" / "python", "-c", "import sys; print(sys.version.split()[0])"],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return Finding(Verdict.FAULT, "其中的 Python 不能运行：删除 .venv-rasa 后 make setup")
    return Finding(Verdict.GOOD, f"Python {done.stdout.strip()}")


def encoder(settings: Settings) -> Finding:
    """The encoder's files are there, whole, and of the configured model."""
    from retrieval.encoder.preparation import load_encoder  # noqa: PLC0415 -- slow import

    try:
        load_encoder(settings)
    except HotlineError as error:
        return Finding(Verdict.FAULT, f"{error}：hotline setup")
    return Finding(Verdict.GOOD, settings.encoder_model or "默认模型")


def index(settings: Settings) -> Finding:
    """The vector index is there."""
    from retrieval.index.store import index_folder  # noqa: PLC0415 -- slow import

    if not index_folder(settings).exists():
        return Finding(Verdict.FAULT, "尚未建立：hotline setup")
    return Finding(Verdict.GOOD, "已建立")


def assistant(settings: Settings) -> Finding:
    """The trained assistant fits its sources."""
    from bot.errors import AssistantTrainingError  # noqa: PLC0415 -- only here
    from bot.training import is_trained  # noqa: PLC0415 -- same

    if settings.rasa == "off":
        return Finding(Verdict.GOOD, "按设置不使用 Rasa")
    try:
        trained = is_trained(settings)
    except AssistantTrainingError as error:
        return Finding(Verdict.FAULT, str(error))
    if not trained:
        return Finding(Verdict.FAULT, "尚未训练，或语料已有变化：hotline setup")
    return Finding(Verdict.GOOD, "与语料一致")


def database(settings: Settings) -> Finding:
    """The database answers and has the newest tables."""
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415 -- slow import
    from alembic.script import ScriptDirectory  # noqa: PLC0415 -- same
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415 -- same

    from foundation.database.migration import alembic_config  # noqa: PLC0415 -- same
    from foundation.database.session import Database  # noqa: PLC0415 -- same

    path = settings.data_dir / "hotline.db"
    if settings.database_url is None and not path.exists():
        return Finding(Verdict.FAULT, "尚未建立：hotline setup")
    opened = Database(settings.resolved_database_url)
    try:
        with opened.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
    except SQLAlchemyError as error:
        return Finding(
            Verdict.FAULT, f"连接失败（{type(error).__name__}）：检查 HOTLINE_DATABASE_URL"
        )
    finally:
        opened.dispose()
    if set(current) != set(ScriptDirectory.from_config(alembic_config()).get_heads()):
        return Finding(Verdict.FAULT, "表结构不是最新：hotline setup")
    return Finding(Verdict.GOOD, "SQLite" if opened.is_sqlite else "PostgreSQL")


def keys(settings: Settings) -> Finding:
    """The key file may be read by its owner alone."""
    path = settings.data_dir / "keys.json"
    if not path.exists():
        return Finding(Verdict.NOTICE, "首次启动时生成；请随数据库一同备份")
    if path.stat().st_mode & 0o077:
        return Finding(Verdict.FAULT, f"{path} 可被其他用户读取：chmod 600")
    return Finding(Verdict.GOOD, "keys.json，权限 0600")


def service_port(settings: Settings) -> Finding:
    """The port is free, or our own service answers on it."""
    try:
        require_free_port(settings.host, settings.port, variable="HOTLINE_PORT", example="8001")
    except PortInUseError as error:
        if _answers(f"http://{settings.host}:{settings.port}/health/live"):
            return Finding(Verdict.GOOD, f"服务正在 {settings.port} 端口运行")
        return Finding(Verdict.FAULT, error.user_message)
    return Finding(Verdict.GOOD, f"{settings.port} 端口空闲")


def rasa(settings: Settings) -> Finding:
    """Rasa answers, or may be started."""
    if settings.rasa == "off":
        return Finding(Verdict.GOOD, "按设置关闭")
    if _answers(f"{settings.rasa_url}/"):
        return Finding(Verdict.GOOD, f"{settings.rasa_url} 可以访问")
    host = urlsplit(settings.rasa_url).hostname
    return Finding(Verdict.NOTICE, f"{host} 上没有运行；hotline up 会一并启动，期间由检索直接回答")


def disk(settings: Settings) -> Finding:
    """Enough room is left for data and logs."""
    folder = settings.data_dir if settings.data_dir.exists() else ROOT
    free = shutil.disk_usage(folder).free
    verdict = Verdict.GOOD if free >= _DISK_WARNING_BYTES else Verdict.FAULT
    return Finding(verdict, f"剩余 {free / 1e9:.1f} GB，至少需要 1 GB")


def calendar(settings: Settings, clock: Clock | None = None) -> Finding:
    """The holiday notices of the years that deadlines reach are loaded."""
    from routing.deadlines.calendar import load_calendar  # noqa: PLC0415 -- slow import

    today = (clock or SystemClock()).now().date()
    loaded = load_calendar(settings)
    if not loaded.is_published(today.year):
        return Finding(Verdict.FAULT, f"没有 {today.year} 年的工作日历，时限只能暂定")
    if today.month >= _NOTICE_MONTH and not loaded.is_published(today.year + 1):
        return Finding(
            Verdict.NOTICE,
            f"尚无 {today.year + 1} 年的工作日历，跨年的时限标为暂定；"
            "通知公布后用 hotline calendar import 载入并重算",
        )
    return Finding(Verdict.GOOD, f"已载入至 {max(loaded.years)} 年")


CHECKS: dict[str, Check] = {
    "Python": python,
    "服务依赖": service_environment,
    "Rasa 环境": rasa_environment,
    "语义模型": encoder,
    "检索索引": index,
    "对话模型": assistant,
    "数据库": database,
    "密钥文件": keys,
    "服务端口": service_port,
    "Rasa": rasa,
    "磁盘": disk,
    "工作日历": calendar,
}


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=_PROBE_SECONDS) as response:  # noqa: S310 -- our own http URLs
            return bool(response.status == 200)  # noqa: PLR2004 -- OK
    except (URLError, OSError, ValueError):
        return False
