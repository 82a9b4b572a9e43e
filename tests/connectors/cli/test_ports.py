import socket

import pytest

from connectors.cli.ports import PortInUseError, require_free_port


def test_port_in_use_is_told_in_one_sentence_with_the_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(PortInUseError) as refused:
            require_free_port("127.0.0.1", port, variable="HOTLINE_PORT", example="8001")

    assert refused.value.user_message == (
        f"端口 {port} 已被其他程序占用：请先停止该程序，"
        "或换一个端口再启动，例如 HOTLINE_PORT=8001 make run。"
    )


def test_port_that_was_just_released_counts_as_free() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]

    require_free_port("127.0.0.1", port, variable="HOTLINE_PORT", example="8001")
