"""How often SQLite asks for its files to be on the disk: counted in a layer over its file system.

Works where Python's sqlite3 uses a libsqlite3 of the system, which is loaded once per process.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import sqlite3
from ctypes import CFUNCTYPE, POINTER, Structure, c_char_p, c_int, c_void_p

_OPEN = CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_SYNC = CFUNCTYPE(c_int, c_void_p, c_int)


class _FileSystem(Structure):
    """The beginning of a sqlite3_vfs."""

    _fields_ = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _OPEN),
    ]


class _Methods(Structure):
    """A sqlite3_io_methods, of whatever version."""

    _fields_ = [
        ("iVersion", c_int),
        ("before", c_void_p * 4),  # xClose, xRead, xWrite, xTruncate
        ("xSync", _SYNC),
        ("after", c_void_p * 13),
    ]


class _File(Structure):
    _fields_ = [("pMethods", POINTER(_Methods))]


_kept: list[object] = []  # what SQLite holds pointers to
_counted: dict[int, _Methods] = {}  # ours, by the address of SQLite's
_count: int | None = None


def count() -> int | None:
    """None: they cannot be counted here."""
    return _count


def watch() -> None:
    """From now on, for every database of this process."""
    global _count
    library = ctypes.CDLL(ctypes.util.find_library("sqlite3"))
    library.sqlite3_libversion.restype = c_char_p
    if library.sqlite3_libversion().decode() != sqlite3.sqlite_version:
        return
    _count = 0
    library.sqlite3_vfs_find.restype = POINTER(_FileSystem)
    system = library.sqlite3_vfs_find(None).contents
    original = _OPEN.from_buffer_copy(system.xOpen)

    def open_counted(*args: int) -> int:
        result: int = original(*args)
        file = ctypes.cast(args[2], POINTER(_File)).contents
        if result == 0 and file.pMethods:
            file.pMethods = ctypes.pointer(_methods(file.pMethods.contents))
        return result

    system.xOpen = _OPEN(open_counted)
    _kept.extend([library, original, system.xOpen])


def _methods(originals: _Methods) -> _Methods:
    address = ctypes.addressof(originals)
    if address not in _counted:
        copied = _Methods.from_buffer_copy(originals)
        sync = _SYNC.from_buffer_copy(originals.xSync)

        def count_sync(file: int, flags: int) -> int:
            global _count
            _count = (_count or 0) + 1
            result: int = sync(file, flags)
            return result

        copied.xSync = _SYNC(count_sync)
        _kept.extend([sync, copied.xSync])
        _counted[address] = copied
    return _counted[address]
