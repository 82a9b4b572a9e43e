"""What stops a set-up, each as one sentence that says how to repair it."""

import re

_NETWORK = re.compile(
    r"NewConnectionError|NameResolutionError|Name or service not known|ConnectTimeoutError"
    r"|ReadTimeoutError|Temporary failure in name resolution|Network is unreachable"
    r"|ProtocolError|ProxyError|Connection reset|nodename nor servname"
    # An index that cannot be reached may look to pip like one that knows nothing.
    r"|\(from versions: none\)"
)
_DISK = re.compile(r"No space left on device|Errno 28|Disk quota exceeded")
_HASH = re.compile(r"DO NOT MATCH THE HASHES")


class SetupProblemError(Exception):
    """Set-up cannot go on; the message is what the person in front of the terminal reads."""


def explain(printed: str, log_name: str) -> SetupProblemError:
    """Return the plain sentence for a failed installation.

    Args:
        printed: everything pip printed.
        log_name: the file where the same text lies, relative to the repository.
    """
    if _DISK.search(printed):
        return SetupProblemError("磁盘空间不足，安装没有完成：请腾出至少 8 GB 后重新运行。")
    if _HASH.search(printed):
        return SetupProblemError(
            "下载到的软件包与锁定文件的校验值不符，已停止安装："
            f"请检查软件源是否可信后重新运行，详情见 {log_name}。"
        )
    if _NETWORK.search(printed):
        return SetupProblemError(
            "连不上软件包索引，首次安装需要联网："
            "请检查网络，或用 PIP_INDEX_URL 指定可用的镜像后重新运行。"
        )
    return SetupProblemError(f"安装软件包失败：请查看 {log_name} 末尾的原因，处理后重新运行。")
