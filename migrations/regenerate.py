"""Write the initial revision anew from the models: ``python -m migrations.regenerate``.

Only before the first release; afterwards the schema changes by further revisions
(``alembic revision --autogenerate -m "what changes"``).
"""

import subprocess
import sys

from alembic import command
from sqlalchemy import Engine, create_engine

from foundation.database.migration import alembic_config
from foundation.settings import ROOT

_REMARK = "# ruff: noqa: PLR0915 -- one statement a table and index\n"
INITIAL = ROOT / "migrations" / "versions" / "0001_initial.py"


def regenerate() -> None:
    """Replace ``0001_initial.py`` by what creates today's tables on an empty database."""
    later = [path.name for path in INITIAL.parent.glob("*.py") if path != INITIAL]
    if later:
        raise SystemExit(f"further revisions build on the initial one, it stays: {later}")
    INITIAL.unlink(missing_ok=True)
    engine = create_engine("sqlite://")
    _write(engine)
    engine.dispose()
    for action in (["format", "--quiet"], ["check", "--fix", "--quiet"]):
        # The written file follows the same style as every other.
        subprocess.run(  # noqa: S603 -- our own interpreter, fixed arguments
            [sys.executable, "-m", "ruff", *action, str(INITIAL)], check=True
        )


def _write(engine: Engine) -> None:
    config = alembic_config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, message="Initial schema", rev_id="0001_initial", autogenerate=True)
    written = next(INITIAL.parent.glob("0001_initial*.py"))
    INITIAL.write_text(_REMARK + written.read_text("utf-8"), "utf-8")
    written.unlink()


if __name__ == "__main__":
    regenerate()
