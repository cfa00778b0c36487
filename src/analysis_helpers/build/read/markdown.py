"""Markdown as archives write it: front matter in YAML, paragraphs broken at a page's width."""

import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise

import yaml

from .encoding import decode, repair
from .files import LINE_START, MAX_WIDTH, is_wrapped
from .metadata import name_fields
from .records import Record, lost_words

FIELDS = ("title", "date", "author", "outlet", "url", "genre")
_KEY = "(?:Title|Date|Modified|Authors?|Category|Tags|Keywords|Slug|Summary|Publisher|Source|U(?:RL|rl)|Link|Lang)"
_OF_PAGE = r"(?:\n+(?:URL Source|Published Time|Number of Pages|Warning):.*\n|\nMarkdown Content:[ \t]*\n)"
_FRONT = re.compile(
    r"\s*(?:---[ \t]*\n(?=\S)(?P<yaml>(?s:.{0,50000}?)\n)(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
    r"|\+\+\+[ \t]*\n(?P<toml>(?s:.{0,50000}?)\n)\+\+\+[ \t]*(?:\n|\Z)"
    rf"|(?P<bare>Title:.*\n(?:{_KEY}:.*\n)*(?:{_OF_PAGE}+|(?=\n))))"
)
_ENTRY = re.compile(r"""(?m)^(?=["']?\w[\w .:-]{0,40}["']?[ \t]*:(?:\s|$))""")
_BLOCK = re.compile(rf"[-+*] |</?(?:p|div|br|li|h\d|table|tr|td|ul|ol)\b|\[[^\]]{{1,80}}\]:\s|{LINE_START.pattern}")
_ALONE = re.compile(r"#{1,6}(?:\s|$)|[^|]*\||=+\s*$|(?:[-*_] ?){3,}$")  # headings, rows of tables, rules
_TARGET = re.compile(r"\]\([^()\s]{0,2000}\)")


def read_md(data: bytes) -> Iterator[Record]:
    """Read a Markdown file; front matter in YAML gives title, date, author, outlet, url under their common names."""
    text = re.sub(r"\r\n?", "\n", decode(data))
    front = _FRONT.match(text)
    given = _read_front(front["yaml"] or front["bare"] or _as_yaml(front["toml"])) if front else None
    text = text[front.end() :] if front and given else text
    yield (given or {}) | {"text": re.sub(r"(?m)\\$", "", join_soft_breaks(repair(text)))}


def _as_yaml(toml: str) -> str:
    return re.sub(r"(?m)^([\w-]+)[ \t]*=", r"\1: ", toml.replace("\n[", "\n# ["))


def _read_front(front: str) -> Record | None:
    """Read front matter, what no column takes to `beside`; None for what stands between two rules and is text."""
    opening, *entries = _ENTRY.split(front)
    written = [(re.split(r":(?:\s|$)", entry, maxsplit=1)[0].strip(" \t\"'"), _read_value(entry)) for entry in entries]
    linked = [key.lower() == "source" and value.startswith("http") for key, value in written]
    keys = ["source_url" if link else key for link, (key, _) in zip(linked, written, strict=True)]
    named = name_fields(keys)
    usual = named.keys() & {"title", "date", "url"} or all(key[0].islower() for key in keys)
    if not usual or (opening.strip() and not opening.startswith("#")):
        return None
    given, beside = Record(), [opening]
    for key, (_, value), entry in zip(keys, written, entries, strict=True):
        name = next((name for name in FIELDS if named.get(name) == key and name not in given), None)
        if name and value:
            given[name] = value
            beside += lost_words(entry, f"{key} {value}") if "#" in entry or entry.count(":") > 1 else []
        else:
            beside.append(entry)
    return given | {"beside": "\n".join(filter(None, beside))}


def _read_value(entry: str) -> str:
    """Read the value of an entry, a list as `a; b`; what is no YAML stands for itself."""
    with suppress(yaml.YAMLError, RecursionError, ValueError, TypeError):  # an entry may hold more than one value
        (_, value), *_ = yaml.compose(entry, yaml.BaseLoader).value
        items = value.value if isinstance(value, yaml.SequenceNode) else [value]
        maps = [{k.value: v for k, v in x.value} if isinstance(x, yaml.MappingNode) else {} for x in items]
        found = "; ".join(about.get("name", item).value for about, item in zip(maps, items, strict=True))
        return "" if found.lower() in {"~", "null", "none"} else found
    return " ".join(entry.partition(":")[2].split()).strip("\"'[]{}")


def join_soft_breaks(text: str) -> str:
    """Join lines broken at a page's width; lists, headings, tables, quotes, code and hard breaks stay apart."""
    joined, wrapped, fenced = list[str](), list[str](), False
    for above, line in pairwise(["", *text.split("\n")]):
        fence = re.match(r"\s*(?:```|~~~)", line) is not None
        if not (fenced or fence) and _goes_on(above, line):
            more = line.lstrip("> \t")
            wrapped += [_TARGET.sub("]", above), *[more] * (len(more) > 2 * MAX_WIDTH)]  # the last line may be short
            joined[-1] += more if re.search(r"\w-$", above) else f" {more}"  # Markdown breaks no word
        else:
            joined.append(line)
        fenced = fenced != fence
    return "\n".join(joined) if is_wrapped(wrapped, at_least=1) else text


def _goes_on(above: str, line: str) -> bool:
    """Tell whether a line goes on with the paragraph of the line above it, by the rules of Markdown."""
    start, end = above.lstrip("> \t"), line.lstrip("> \t")
    if not start or not end or (above.lstrip()[0] == ">") != (line.lstrip()[0] == ">"):
        return False
    return not (above.endswith(("  ", "\\")) or _ALONE.match(start) or _ALONE.match(end) or _BLOCK.match(end))
