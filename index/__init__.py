"""Articles to a searchable generation; knows nothing of conversation or safety (docs/index.md)."""

import os

# Before numpy is imported: its products here are small, and waking a second thread for one costs more than it saves
# (on a busy machine ten times as much); several questions at once use the other cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# onnxruntime from 1.29 on sends Microsoft an event for each process and model it runs, and keeps a device id and a
# database under the home folder, unless this is set before it is imported. Nothing here may phone home: there is no way
# to leave it on. (ORT_TELEMETRY_DISABLED is what the switch was first called.)
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
os.environ["ORT_TELEMETRY_DISABLED"] = "1"
