import subprocess
import sys

# What `hotline serve` does before it loads the application, and what it must not load.
_START = """
import sys
from connectors.cli.serve import _keep_torch_out
_keep_torch_out()
import connectors.app
print(sorted({"sklearn", "sentence_transformers", "transformers"} & sys.modules.keys()))
"""


def test_service_starts_without_torch_and_what_only_learns() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _START], capture_output=True, text=True, timeout=120, check=False
    )

    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr[-2000:]
