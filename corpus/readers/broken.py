"""What libraries raise on files that are broken on purpose.

A parser that is fed rubbish does not fail with its own exception only, but in whatever line first meets the impossible.
These are the types seen there; each means "this file is broken", and none of them our own fault.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from xml.parsers.expat import ExpatError

from lxml import etree

ERRORS: tuple[type[Exception], ...] = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    ExpatError,
    LookupError,
    MemoryError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    etree.LxmlError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)
