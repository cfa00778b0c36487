"""Sources: the files of folders and archives, in one order, each with the id of its document."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ...errors import TalksError, UnreadableError
from .files import MAX_DOCUMENT_BYTES, one_line
from .records import plain

MAX_MEMBERS = 2_000_000
MAX_EXPANSION, FREE_BYTES = 100, 50_000_000  # under 50 MB nothing is a bomb
MAX_HEADER_BYTES = 5_000_000
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
# What programs leave beside texts; counted, but not one by one.
BESIDES = frozenset([
    ".js", ".mjs", ".css", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".webp", ".ico", ".bmp", ".tif", ".tiff",
    ".woff", ".woff2", ".ttf", ".eot", ".otf", ".map", ".mp3", ".mp4", ".avi", ".mov", ".wav", ".exe", ".dll", ".so",
    ".pyc", ".py", ".r", ".ipynb", ".log", ".bak", ".tmp", ".db", ".sqlite", ".lnk", ".url", ".webloc", ".ris",
    ".bib", ".nbib",
])  # fmt: skip
_HIDDEN = ("Thumbs.db", "desktop.ini")


@dataclass(frozen=True, slots=True)
class Item:
    """One file of a source: what people call it, where it is, and the id of its document."""

    name: str  # with the folders above it within the source: "2019/a.html", "saved.zip/a.html"
    collection: str
    folder: Path  # of the source, one for all its files: there may be a million
    inside: str  # where the file, or the archive that holds it, is in there
    doc_id: str = ""
    data: bytes | None = field(default=None, repr=False)  # of a file in an archive
    problem: UnreadableError | None = None

    @property
    def path(self) -> Path:
        """Where it is, or the archive that holds it."""
        return self.folder / self.inside

    @property
    def ending(self) -> str:
        """The ending of its name in lower case; two parts for compressed ones."""
        return _ending(self.name)

    def open(self) -> BinaryIO:
        """Open the file for reading bytes; nothing is ever written to disk."""
        file: Any = io.BytesIO(self.data) if self.data is not None else self.path.open("rb")
        if self.ending in ARCHIVES or not self.ending.endswith(".gz"):
            return file
        return io.BufferedReader(Bounded(gzip.GzipFile(fileobj=file), expansion_limit(self.size()), file))

    def size(self) -> int:
        """Number of its bytes, as it is stored."""
        return len(self.data) if self.data is not None else self.path.stat().st_size

    def read(self) -> bytes:
        """Read all bytes; raises `UnreadableError` for a file that is too large to be one document."""
        try:
            with self.open() as file:
                data = file.read(MAX_DOCUMENT_BYTES + 1)
        except (OSError, EOFError) as error:
            raise not_read(error) from None
        if len(data) > MAX_DOCUMENT_BYTES:
            raise UnreadableError(
                f"holds over {MAX_DOCUMENT_BYTES // 1_000_000} MB; expected a text that a person could read",
                "split it into documents, or give it as a table",
            )
        return data


class Bounded(io.RawIOBase):
    """A file of which only so many bytes can be read: what unpacks without end is an error, not a full memory."""

    def __init__(self, file: Any, limit: int, *beneath: Any) -> None:
        """Take the file, how many bytes may be read from now on (`left`, which may be set again), what to close too."""
        self.file, self.left, self.beneath = file, limit, beneath

    def close(self) -> None:
        """Close it, and what lies beneath."""
        for file in (self.file, *self.beneath):
            file.close()
        super().close()

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes; raises `UnreadableError` beyond the limit."""
        data = self.file.read(len(buffer))
        self.left -= len(data)
        if self.left < 0:
            raise too_expanded()
        buffer[: len(data)] = data
        return len(data)


def not_read(error: Exception) -> UnreadableError:
    """Say that a file cannot be read, with what the system or the library says."""
    reason = getattr(error, "strerror", None) or one_line(error)
    return UnreadableError(f"cannot be read ({reason})", "check the file and its permissions")


def _ending(name: str) -> str:
    pure = PurePosixPath(name.lower())
    return "".join(pure.suffixes[-2:]) if pure.suffix == ".gz" else pure.suffix


@dataclass
class Listing:
    """The files of all sources in order, and how many of what kind were passed over because they hold no text."""

    items: list[Item]
    passed_over: Counter[str]


def list_items(sources: Iterable[str | Path], known_endings: Iterable[str]) -> Listing:
    """List the files of the sources: sources as given, within a folder by name, whatever the disk says.

    In: files or folders (searched to any depth; hidden files and links to folders are passed over). Out: a
    `Listing`; files of unknown kinds are items with a `problem`. The id of a document is the stem of its
    name; where two files share one, it holds the folders too. Raises `TalksError` where a source is
    missing or holds no file that can be read.
    """
    items, passed_over = [], Counter[str]()
    known = frozenset(known_endings)
    for source in map(Path, sources):
        found = list(_walk(source, known))
        readable = [item for item in found if item.problem is None and item.ending not in BESIDES]
        if not readable:
            raise _nothing(source, found, known)
        for item in found:
            if item.ending in BESIDES:
                passed_over[item.ending] += 1
            else:
                items.append(item)
    _give_ids(items)
    return Listing(items, passed_over)


def _nothing(source: Path, found: list[Item], known: frozenset[str]) -> TalksError:
    kinds = ", ".join(sorted(known))
    if source.is_file():
        return TalksError(
            f"{source}: the ending {source.suffix or '(none)'} is unknown; expected one of {kinds}; convert the file"
        )
    if source.exists() and not source.is_dir():
        return TalksError(f"{source}: is no file and no folder; expected one ({kinds}); check the path")
    if not source.exists():
        return TalksError(f"{source}: does not exist; expected a file ({kinds}) or a folder of them; check the path")
    return TalksError(
        f"{source}: no readable file in this folder{f' ({len(found)} of other kinds)' if found else ''}; "
        f"expected files that end in {kinds}; check the path, or convert them"
    )


def _walk(source: Path, known: frozenset[str]) -> Iterator[Item]:
    collection = _stem(source.name) if source.is_file() else source.name
    source = source.absolute()  # other machines have another working folder
    base = source.parent if source.is_file() else source
    files = [source] if source.is_file() else (path for path in source.rglob("*") if path.is_file())
    for inside in sorted(path.relative_to(base).as_posix() for path in files):
        name = _as_text(inside)
        if any(part.startswith((".", "~$", "__MACOSX")) or part in _HIDDEN for part in PurePosixPath(name).parts):
            continue
        item = Item(name, collection, base, inside)
        path = item.path
        if path != source and path.is_symlink() and not path.resolve().is_relative_to(base.resolve()):
            yield replace(
                item, problem=UnreadableError("is a link that leads out of the folder", "add the file itself")
            )
        elif item.ending in known or item.ending in BESIDES:
            yield item
        else:
            yield replace(item, problem=_unknown(item, known))


def _as_text(name: str) -> str:
    """Turn a name that may be any bytes into text."""
    return name.encode("utf-8", "replace").decode()


def _unknown(item: Item, known: frozenset[str]) -> UnreadableError:
    return UnreadableError(
        f"the ending {PurePosixPath(item.name).suffix or '(none)'} is unknown; expected one of "
        f"{', '.join(sorted(known))}",
        "convert the file, or move it elsewhere",
    )


def _stem(name: str) -> str:
    return name[: -len(_ending(name))] if _ending(name) else name


def _give_ids(items: list[Item]) -> None:
    """Give each item an id that no other has: its stem, its path, or its path with the ending."""
    stems = Counter(_file_stem(item).casefold() for item in items)
    paths = Counter((item.collection, _stem(item.name).casefold()) for item in items)
    taken = Counter(stem for stem, n in stems.items() if n == 1)
    for number, item in enumerate(items):
        doc_id = _file_stem(item)
        if stems[doc_id.casefold()] > 1:
            unique = paths[item.collection, _stem(item.name).casefold()] == 1
            path = plain(_stem(item.name) if unique else item.name).replace("/", "-")
            doc_id = _first_free([path], taken)
        items[number] = replace(item, doc_id=doc_id)


def _file_stem(item: Item) -> str:
    return plain(_stem(PurePosixPath(item.name).name)) or "file"


def _first_free(wanted: Sequence[str], taken: Counter[str]) -> str:
    """The first of the wanted ids that is not taken, or the last of them with a number; it is taken from now on."""
    doc_id = next((doc_id for doc_id in wanted if not taken[doc_id.casefold()]), "")
    last = wanted[-1].casefold()
    while not doc_id:
        taken[last] += 1
        numbered = f"{wanted[-1]}-{taken[last]}"
        doc_id = "" if taken[numbered.casefold()] else numbered
    taken[doc_id.casefold()] += 1
    return doc_id


# ---------------------------------------------------------------------------------------------------
# Archives: read in memory, never unpacked to disk

Member = tuple[str, bytes | None, UnreadableError | None]


def open_archive(item: Item, known: frozenset[str]) -> Iterator[Item]:
    """Give the files of an archive, in order of their names (zip) or as they come (tar), each with its bytes.

    Nothing is written. A member that is a link, is locked, is broken, is an archive itself or would expand
    beyond the limits is an item with a problem, and so is the rest of an archive that breaks off.
    """
    total, number = 0, 0
    ids = Counter[str]()
    try:
        limit = expansion_limit(item.size())
        for raw_name, data, problem in _zip_members(item) if item.ending == ".zip" else _tar_members(item):
            name = _as_text(raw_name).replace("\\", "/")  # as some programs on Windows write it
            if _is_besides(name):
                continue
            number, total = number + 1, total + len(data or b"")
            if number > MAX_MEMBERS or total > limit:
                raise too_expanded()
            inner = replace(item, name=f"{item.name}/{name}", data=data or b"", problem=problem)
            doc_id = _id_in_archive(item.doc_id, name, ids)
            yield replace(inner, problem=problem or _refuse(inner, known), doc_id=doc_id)
    except UnreadableError as error:
        yield replace(item, problem=error, data=b"")
    except Exception as error:  # both formats have many ways to be broken, and their modules as many exceptions
        yield replace(item, problem=not_read(error), data=b"")


def expansion_limit(n_bytes: int) -> int:
    """Say to how many bytes a packed file of this size may expand: texts shrink tenfold, bombs a thousandfold.

    There is no limit beside this: one document at a time is unpacked, whatever the size of the whole.
    """
    return max(FREE_BYTES, MAX_EXPANSION * n_bytes)


def too_expanded() -> UnreadableError:
    """Say that a file unpacks to more than any text would."""
    return UnreadableError(
        f"expands to over {MAX_MEMBERS:,} files or {MAX_EXPANSION} times its size",
        "if you trust it, unpack it yourself and give the folder",
    )


def _id_in_archive(archive: str, name: str, taken: Counter[str]) -> str:
    """The id of a member: its path without the ending, with it where another has that id, then with a number."""
    path = plain(name).replace("/", "-")
    return _first_free([f"{archive}-{_stem(path)}", f"{archive}-{path}"], taken)


def _refuse(inner: Item, known: frozenset[str]) -> UnreadableError | None:
    if inner.ending in ARCHIVES:
        return UnreadableError("is an archive inside an archive", "unpack it and give the folder")
    return None if inner.ending in known else _unknown(inner, known)


def _is_besides(name: str) -> bool:
    parts = PurePosixPath(name).parts
    hidden = any(part.startswith((".", "~$", "__MACOSX")) and part not in {".", ".."} for part in parts)
    return hidden or _ending(name) in BESIDES or (bool(parts) and parts[-1] in _HIDDEN)


def _too_large() -> UnreadableError:
    return UnreadableError(
        f"would expand to over {MAX_DOCUMENT_BYTES // 1_000_000} MB", "unpack the archive yourself and split the file"
    )


def _link() -> UnreadableError:
    return UnreadableError("is a link, no file; links are not followed", "add the file itself")


def _zip_members(item: Item) -> Iterator[Member]:
    with item.open() as file, zipfile.ZipFile(file) as archive:
        for info in sorted(archive.infolist(), key=lambda info: info.filename):
            if info.is_dir():
                continue
            try:
                yield info.filename, _read_zip_member(archive, info), None
            except UnreadableError as problem:
                yield info.filename, None, problem
            except Exception as error:  # one broken member does not spoil the others
                yield info.filename, None, not_read(error)


def _read_zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    if info.flag_bits & 0x1:
        raise UnreadableError("is locked by a password", "unpack the archive yourself")
    if stat.S_ISLNK(info.external_attr >> 16):
        raise _link()
    if info.file_size > MAX_DOCUMENT_BYTES:
        raise _too_large()
    if info.file_size > expansion_limit(info.compress_size):
        raise too_expanded()
    with archive.open(info) as member:  # reads no more than the size in the directory, which may be a lie
        return member.read()


def _tar_members(item: Item) -> Iterator[Member]:
    """Give the members of a tar archive; what it unpacks is counted, also what is passed over."""
    with item.open() as file:
        limit = expansion_limit(item.size())
        stream: Any = Bounded(gzip.GzipFile(fileobj=file) if item.ending != ".tar" else file, MAX_HEADER_BYTES)
        unpacked = 0
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                unpacked += member.size
                if unpacked > limit:
                    raise too_expanded()
                stream.left = member.size + MAX_HEADER_BYTES  # the names of members may be a bomb too
                if not member.isdir():
                    yield _read_tar_member(archive, member)


def _read_tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Member:
    if not member.isreg():
        return member.name, None, _link()
    if member.size > MAX_DOCUMENT_BYTES:
        return member.name, None, _too_large()
    file = archive.extractfile(member)
    return member.name, file.read() if file else b"", None
