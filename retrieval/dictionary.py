"""jieba's dictionary, loaded once a process for everybody who cuts words."""

import logging
import threading
from pathlib import Path

import jieba

_loading = threading.Lock()


def prepare_jieba(cache_folder: Path) -> None:
    """Load the dictionary quietly, its cache in ``cache_folder`` rather than in the system's."""
    jieba.setLogLevel(logging.WARNING)  # it tells of its dictionary on standard error
    with _loading:
        if not jieba.dt.initialized:
            cache_folder.mkdir(parents=True, exist_ok=True)
            jieba.dt.tmp_dir = str(cache_folder)
            jieba.dt.cache_file = "jieba.cache"
            jieba.initialize()


def own_tokenizer(cache_folder: Path) -> jieba.Tokenizer:
    """Return a tokenizer that may be given terms of its own; copying is quicker than reading."""
    prepare_jieba(cache_folder)
    return copied(jieba.dt)


def copied(tokenizer: jieba.Tokenizer) -> jieba.Tokenizer:
    """Return another that knows the same terms."""
    words = jieba.Tokenizer()
    words.FREQ, words.total, words.initialized = dict(tokenizer.FREQ), tokenizer.total, True
    return words
