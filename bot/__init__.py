"""A conversation in, one Reply out: safety, understanding, retrieval, answering, in this order."""
