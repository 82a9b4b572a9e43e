"""``hotline serve``: the service alone, one uvicorn worker."""

import os
import sys

import typer
import uvicorn

from connectors.collection import postpone_collection
from foundation.settings import load_settings

# A reply under way is finished; a page that stays connected does not hold the stop up.
_GRACE_SECONDS = 5


def serve() -> None:
    """Run the application until it is told to stop."""
    settings = load_settings()
    _keep_torch_out()
    _keep_to_one_thread()
    postpone_collection()
    uvicorn.run(
        "connectors.app:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        # NiceGUI keeps its pages in the process: more of them run on ports of their own.
        workers=1,
        # A frame holds one message; ours are far smaller (the check of 64 KiB answers kindly).
        ws_max_size=256 * 1024,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )


def _keep_torch_out() -> None:
    """Make ``import torch`` fail in this process.

    Nothing here uses it, but spaCy's thinc imports it merely because it is installed: seconds of
    the start and some 200 MB. A ``None`` here is Python's own way to say "not to be had".
    """
    sys.modules["torch"] = None  # type: ignore[assignment]  # documented, but not in the stubs


def _keep_to_one_thread() -> None:
    """Let numpy multiply on one thread; read by OpenBLAS when numpy is first imported.

    Measured on 2 cores beside Rasa: one product of routing's vectors takes 0.6 ms so, 11 ms when
    it is cut over threads that wait for each other.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(
        "serve", help="只启动服务（一个进程）；地址和端口由 HOTLINE_HOST、HOTLINE_PORT 决定。"
    )(serve)
