"""What an HDF5 file may ask of its reader, checked before any of its data are read.

A few kilobytes can declare terabytes, unpack to gigabytes, name other files or contain themselves.
"""

import contextlib
import faulthandler
import math
import os
import resource
import signal
import warnings
from collections.abc import Callable

# Bytes in memory: what a small file may take, and how often its size a larger one; files of this study take it once,
# compressed logits of a user some times as much.
_SPARE = 64 * 2**20
_RATIO = 20
_MOST_OBJECTS = 10_000
_MOST_ATTRIBUTES = 1000
_TEXTS_AT_ONCE = 64
# Of processor time, in which gigabytes are read.
_SECONDS = 5
# h5netcdf marks so a dimension without values, whose length nothing fills.
_NO_VARIABLE = b"This is a netCDF dimension but not a netCDF variable"


class Unbounded(ValueError):
    """A file asks for more than its size allows, or for what is not in it."""


def most_bytes(size: int) -> int:
    """Return the bytes in memory that a file, or a member of an archive, of ``size`` bytes may take."""
    return _SPARE + _RATIO * size


def check(path: str | os.PathLike) -> None:
    """Check the links, shapes, chunks and texts of an HDF5 file.

    Parameters
    ----------
    path : path-like

    Raises
    ------
    Unbounded
        An object has two places (so that groups may contain themselves), a link or data lead to another place or file,
        there are more than 10,000 objects, or 1,000 attributes of one, or all data together take more than 64 MiB and
        20 times the file's size.
    OSError
        HDF5 cannot open it.
    """
    import h5py

    with h5py.File(path) as opened:
        _Census(os.path.getsize(path)).count(opened)


def try_apart(read: Callable[[], object]) -> None:
    """Read a file of somebody else in a process of its own, which damaged bytes may crash or keep for ever.

    Parameters
    ----------
    read : callable
        Reads the whole file, just as it will be read afterwards.

    Raises
    ------
    Unbounded
        They do. What else is wrong with the file is left to its reader.
    """
    with warnings.catch_warnings():
        # Of other threads, none of which is in HDF5.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            _bound_process()
            read()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        endless = os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL)
        raise Unbounded(f"it is damaged, and HDF5 {'does not come to an end with' if endless else 'crashes on'} it")


def _bound_process():
    """Limit the time of this process, and let it end in silence."""
    faulthandler.disable()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


class _Census:
    def __init__(self, size):
        self.size, self.limit, self.bytes, self.objects, self.seen = size, most_bytes(size), 0, 0, set()

    def count(self, root):
        import h5py

        waiting = [root]
        while waiting:
            found = waiting.pop()
            self._object(found)
            if isinstance(found, h5py.Dataset):
                self._data(found)
            elif isinstance(found, h5py.Group):
                waiting += [self._member(found, name) for name in found]

    def _object(self, found):
        import h5py

        address = h5py.h5o.get_info(found.id).addr
        if address in self.seen:
            raise Unbounded(f"{found.name} has two places in the file")
        self.seen.add(address)
        self.objects += len(found) if isinstance(found, h5py.Group) else 0
        if self.objects > _MOST_OBJECTS:
            raise Unbounded(f"it has more than {_MOST_OBJECTS:,} groups and variables")
        if isinstance(found, h5py.Datatype):
            return
        if len(found.attrs) > _MOST_ATTRIBUTES:
            raise Unbounded(f"{found.name} has more than {_MOST_ATTRIBUTES:,} attributes")
        for name in found.attrs:
            identity = found.attrs.get_id(name)
            if identity.dtype.kind == "O" and identity.shape:
                # Each of its texts may be as long as the file.
                self._take(math.prod(identity.shape) * self.size, found, forget=True)

    def _member(self, group, name):
        import h5py

        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise Unbounded(f"{group.name}: {name} is a link to another place or file")
        return group[name]

    def _data(self, data):
        if data.external or data.is_virtual:
            raise Unbounded(f"{data.name} has its data in another file")
        name = data.attrs.get("NAME", b"")
        if isinstance(name, bytes) and name.startswith(_NO_VARIABLE):
            return
        size = data.dtype.itemsize
        self._take(math.prod(data.chunks or ()) * size, data, forget=True)
        self._take(math.prod(data.shape or ()) * size, data)
        if data.dtype.kind == "O":
            self._texts(data)

    def _texts(self, data):
        """Texts of any length, of which many may be one in the file: as long as they are when they are read."""
        if not data.shape:
            self._take(len(data[()]), data)
            return
        if math.prod(data.shape) > self.size:
            raise Unbounded(f"{data.name} declares {math.prod(data.shape):,} texts, more than the file has bytes")
        step = max(1, _TEXTS_AT_ONCE // max(1, math.prod(data.shape[1:])))
        for start in range(0, data.shape[0], step):
            self._take(sum(map(len, data[start : start + step].ravel())), data)

    def _take(self, count, found, forget=False):
        """Count bytes of all data, or of one thing alone."""
        if self.bytes + count > self.limit:
            raise Unbounded(
                f"{found.name} declares {self.bytes + count:,} bytes with what is before it, more than {self.limit:,}, "
                "which its size allows"
            )
        self.bytes += 0 if forget else count
