"""How long a test waits for a state that comes by itself.

Long, because it costs nothing where all is well: on a busy machine a page takes many times as long.
"""

PATIENCE_SECONDS = 30.0
PATIENCE_MS = 1000 * PATIENCE_SECONDS
