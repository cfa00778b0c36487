"""Archives: the files of folders and archives, in one order, each with the id of its document."""

import gzip
import io
import stat
import tarfile
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from ...dictionaries import read_codebook
from ...errors import TalksError, UnreadableError, stop_if_short
from .encoding import Stream
from .files import MAX_DOCUMENT_BYTES, one_line
from .records import plain

MAX_MEMBERS = 2_000_000
MAX_EXPANSION, FREE_BYTES = 100, 50_000_000  # texts shrink tenfold, bombs a thousandfold; under 50 MB nothing is a bomb
MAX_HEADER_BYTES = 5_000_000
ARCHIVES = (".zip", ".tar.gz", ".tgz", ".tar")
# What programs leave beside texts; counted, but not one by one.
BESIDES = frozenset(row["term"] for row in read_codebook("kinds_of_files") if row["kind"] == "beside texts")


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
        file: Any = self.path.open("rb") if self.data is None else io.BytesIO(self.data)
        if self.ending in ARCHIVES or not self.ending.endswith(".gz"):
            return file
        return io.BufferedReader(_Bounded(gzip.GzipFile(fileobj=file), expansion_limit(self.size()), file))

    def size(self) -> int:
        """Number of its bytes, as it is stored."""
        return self.path.stat().st_size if self.data is None else len(self.data)

    def read(self) -> bytes:
        """Read all bytes; raises `UnreadableError` for a file that is too large to be one document."""
        try:
            with self.open() as file:
                data = file.read(MAX_DOCUMENT_BYTES + 1)
        except (OSError, EOFError) as error:
            raise not_read(error) from None
        if len(data) > MAX_DOCUMENT_BYTES:
            reason = f"holds over {MAX_DOCUMENT_BYTES // 1_000_000} MB; expected a text that a person could read"
            raise UnreadableError(reason, "split it into documents, or give it as a table")
        return data


class _Bounded(Stream):
    """A file of which only `left` bytes more can be read: what unpacks without end is an error, not a full memory."""

    def __init__(self, file: Any, left: int, *beneath: Any) -> None:
        super().__init__(file.read)
        self.left, self.files = left, (file, *beneath)

    def close(self) -> None:
        for file in self.files:
            file.close()
        super().close()

    def readinto(self, buffer: Any) -> int:
        n = super().readinto(buffer)
        self.left -= n
        if self.left < 0:
            raise too_expanded()
        return n


def not_read(error: Exception) -> UnreadableError:
    """Say that a file cannot be read, with what the system or the library says."""
    stop_if_short(error)
    reason = getattr(error, "strerror", None) or one_line(error)
    return UnreadableError(f"cannot be read ({reason})", "check the file and its permissions")


def _ending(name: str) -> str:
    pure = PurePosixPath(name.lower())
    return "".join(pure.suffixes[-2:]) if pure.suffix == ".gz" else pure.suffix


def _stem(name: str) -> str:
    return name[: -len(_ending(name))] if _ending(name) else name


def _is_hidden(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "~$", "__MACOSX")) and part not in {".", ".."} for part in path.parts)
    return hidden or path.name in {"Thumbs.db", "desktop.ini"}


@dataclass
class Listing:
    """The files of all sources in order, and how many of what kind were passed over because they hold no text."""

    items: list[Item]
    passed_over: Counter[str]


def list_items(sources: Iterable[str | Path], known: frozenset[str]) -> Listing:
    """List the files of the sources: sources as given, within a folder by name, whatever the disk says."""
    listing = Listing([], Counter())
    for source in map(Path, sources):
        found = list(_walk(source, known))
        texts = [item for item in found if item.ending not in BESIDES]
        if all(item.problem for item in texts):
            raise _nothing(source, len(found), ", ".join(sorted(known)))
        listing.items += texts
        listing.passed_over.update(item.ending for item in found if item.ending in BESIDES)
    _give_ids(listing.items)
    return listing


def _nothing(source: Path, n_files: int, kinds: str) -> TalksError:
    if source.is_file():
        problem = f"the ending {source.suffix or '(none)'} is unknown; expected one of {kinds}; convert the file"
    elif source.is_dir():
        found = f"no readable file in this folder{f' ({n_files} of other kinds)' if n_files else ''}"
        problem = f"{found}; expected files that end in {kinds}; check the path, or convert them"
    else:
        found = "is no file and no folder" if source.exists() else "does not exist"
        problem = f"{found}; expected a file ({kinds}) or a folder of them; check the path"
    return TalksError(f"{source}: {problem}")


def _walk(source: Path, known: frozenset[str]) -> Iterator[Item]:
    collection = _stem(source.name) if source.is_file() else source.name
    source = source.absolute()  # other machines have another working folder
    base = source.parent if source.is_file() else source
    files = [source] if source.is_file() else (path for path in source.rglob("*") if path.is_file())
    for inside in sorted(path.relative_to(base).as_posix() for path in files):
        item = Item(inside.encode("utf-8", "replace").decode(), collection, base, inside)  # a name may be any bytes
        if _is_hidden(item.name):
            continue
        problem = None if item.ending in BESIDES else _unknown(item, known)
        if item.path != source and item.path.is_symlink() and not item.path.resolve().is_relative_to(base.resolve()):
            problem = UnreadableError("is a link that leads out of the folder", "add the file itself")
        yield replace(item, problem=problem)


def _unknown(item: Item, known: frozenset[str]) -> UnreadableError | None:
    ending = PurePosixPath(item.name).suffix or "(none)"
    reason = f"the ending {ending} is unknown; expected one of {', '.join(sorted(known))}"
    return None if item.ending in known else UnreadableError(reason, "convert the file, or move it elsewhere")


def _give_ids(items: list[Item]) -> None:
    """Give each item an id that no other has: its stem, its path, or its path with the ending."""
    ids = [plain(_stem(PurePosixPath(item.name).name)) or "file" for item in items]
    stems = Counter(doc_id.casefold() for doc_id in ids)
    paths = Counter((item.collection, _stem(item.name).casefold()) for item in items)
    taken = Counter(stem for stem, n in stems.items() if n == 1)
    for number, (item, doc_id) in enumerate(zip(items, ids, strict=True)):
        unique = paths[item.collection, _stem(item.name).casefold()] == 1
        path = plain(_stem(item.name) if unique else item.name).replace("/", "-")
        own = stems[doc_id.casefold()] == 1
        items[number] = replace(item, doc_id=doc_id if own else _first_free([path], taken))


def _first_free(wanted: list[str], taken: Counter[str]) -> str:
    """The first of the wanted ids that is not taken, or the last of them with a number; it is taken from now on."""
    doc_id = next((doc_id for doc_id in wanted if not taken[doc_id.casefold()]), "")
    last = wanted[-1].casefold()
    while not doc_id:
        taken[last] += 1
        numbered = f"{wanted[-1]}-{taken[last]}"
        doc_id = "" if taken[numbered.casefold()] else numbered
    taken[doc_id.casefold()] += 1
    return doc_id


Member = tuple[str, bytes | None, UnreadableError | None]


def open_archive(item: Item, known: frozenset[str]) -> Iterator[Item]:
    """Give the files of an archive, by name (zip) or as they come (tar), each with its bytes: nothing goes to disk."""
    total, number, ids = 0, 0, Counter[str]()
    try:
        limit = expansion_limit(item.size())
        for raw_name, data, problem in _zip_members(item) if item.ending == ".zip" else _tar_members(item):
            name = raw_name.encode("utf-8", "replace").decode().replace("\\", "/")  # as some programs on Windows do
            if _is_hidden(name) or _ending(name) in BESIDES:
                continue
            number, total = number + 1, total + len(data or b"")
            if number > MAX_MEMBERS or total > limit:
                raise too_expanded()
            inner = replace(item, name=f"{item.name}/{name}", data=data or b"")
            flat = plain(name).replace("/", "-")
            doc_id = _first_free([f"{item.doc_id}-{_stem(flat)}", f"{item.doc_id}-{flat}"], ids)
            nested = UnreadableError("is an archive inside an archive", "unpack it and give the folder")
            refused = nested if inner.ending in ARCHIVES else _unknown(inner, known)
            yield replace(inner, problem=problem or refused, doc_id=doc_id)
    except Exception as error:  # both formats have many ways to be broken, and their modules as many exceptions
        yield replace(item, problem=error if isinstance(error, UnreadableError) else not_read(error), data=b"")


def expansion_limit(n_bytes: int) -> int:
    """Say to how many bytes a packed file of this size may expand: there is no limit beside this."""
    return max(FREE_BYTES, MAX_EXPANSION * n_bytes)


def too_expanded() -> UnreadableError:
    """Say that a file unpacks to more than any text would."""
    reason = f"expands to over {MAX_MEMBERS:,} files or {MAX_EXPANSION} times its size"
    return UnreadableError(reason, "if you trust it, unpack it yourself and give the folder")


def _refuse_member(linked: bool, size: int) -> UnreadableError | None:
    if linked:
        return UnreadableError("is a link, no file; links are not followed", "add the file itself")
    reason = f"would expand to over {MAX_DOCUMENT_BYTES // 1_000_000} MB"
    remedy = "unpack the archive yourself and split the file"
    return UnreadableError(reason, remedy) if size > MAX_DOCUMENT_BYTES else None


def _zip_members(item: Item) -> Iterator[Member]:
    with item.open() as file, zipfile.ZipFile(file) as archive:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        for info in sorted(infos, key=lambda info: info.filename):
            data, problem = None, _refuse_member(stat.S_ISLNK(info.external_attr >> 16), info.file_size)
            if info.flag_bits & 0x1:
                problem = UnreadableError("is locked by a password", "unpack the archive yourself")
            elif problem is None and info.file_size > expansion_limit(info.compress_size):
                problem = too_expanded()
            try:  # no more than the size in the directory, which may be a lie
                data = archive.read(info) if problem is None else None
            except Exception as error:  # one broken member does not spoil the others
                problem = not_read(error)
            yield info.filename, data, problem


def _tar_members(item: Item) -> Iterator[Member]:
    """Give the members of a tar archive; what it unpacks is counted, also what is passed over."""
    with item.open() as file:
        left = expansion_limit(item.size())
        stream: Any = _Bounded(gzip.GzipFile(fileobj=file) if item.ending != ".tar" else file, MAX_HEADER_BYTES)
        with tarfile.open(fileobj=stream, mode="r|") as archive:
            for member in archive:
                left -= member.size
                if left < 0:
                    raise too_expanded()
                stream.left = member.size + MAX_HEADER_BYTES  # the names of members may be a bomb too
                problem = _refuse_member(not member.isreg(), member.size)
                opened = archive.extractfile(member) if problem is None else None
                if not member.isdir():
                    yield member.name, opened.read() if opened else b"", problem
