"""A conversation in, one Reply out: safety, understanding, retrieval, answering, in this order."""

import index as _index  # noqa: F401 it sets how many threads numpy starts, and whoever imports numpy first settles that
