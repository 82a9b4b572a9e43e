"""Whether a port can be taken, asked before anything is started on it."""

import errno
import socket

from foundation.errors import ConfigurationError


class PortInUseError(ConfigurationError):
    """Another program listens on the port."""

    def __init__(self, port: int, variable: str, example: str) -> None:
        super().__init__(f"port {port} is in use")
        self.user_message = (
            f"端口 {port} 已被其他程序占用：请先停止该程序，"
            f"或换一个端口再启动，例如 {variable}={example} make run。"
        )


def require_free_port(host: str, port: int, *, variable: str, example: str) -> None:
    """Raise ``PortInUseError`` when ``host:port`` cannot be listened on now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the servers themselves do: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortInUseError(port, variable, example) from error
            raise ConfigurationError(f"cannot listen on {host}:{port}: {error.strerror}") from error
