"""Articles to a searchable generation; knows nothing of conversation or safety (docs/index.md)."""

import os

# Before numpy is imported: its products here are small, and waking a second thread for one costs more than it saves
# (on a busy machine ten times as much); several questions at once use the other cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
