"""What academics have: exports of Nexis, Factiva and ProQuest, tables of Media Cloud and GDELT, Zotero collections.

Other modules turn files into text, one paragraph or table row a line. The layouts are those that LexisNexisTools
(Gruber), tm.plugin.lexisnexis and tm.plugin.factiva (Bouchet-Valat), chennesy/factiva_parser and pq_parser,
metaknowledge (McIlroy-Young) and Factiva's help know; the columns those of GDELTtools, minet and Zotero.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise, takewhile
from typing import Any

import pandas as pd

from ...dictionaries import read_codebook
from ...errors import UnreadableError
from .records import Record, lost_words

Lines = list[str]
Label = tuple[str, str]
Reader = Callable[[str], Label | None]
Attachments = tuple[dict[str, Record], list[str], list[Record]]  # read, passed over and missing, one document an item

LABELS = pd.DataFrame(read_codebook("export_labels")).groupby("kind")["term"].agg(list).to_dict()
LEXIS_LENGTH = ("LENGTH", "LÄNGE", "LONGUEUR")
ZOTERO_ENDINGS = (".txt", ".md", ".docx", ".rtf", ".pdf", ".html", ".htm")

_MONTH = (
    "(?:jan|feb|fév|fev|mar|mär|maa|mrt|apr|avr|abr|ma[iy]|mag|mei|maj|jun|juin|juni|giu|jul|juil|lug|aug|ago|août|aoû"
    "|sep|set|sett|oct|okt|ott|out|nov|dec|dez|déc|dic|ene|gen|janv)[a-zéûçä]*[.]?"
)
_YEAR = r"(?:1[6-9]|20)\d\d\b"
_DATE = re.compile(
    rf"(?:\w{{3,12}},?\s+)?(?:{_MONTH}\s+(?:\d{{1,2}},?\s+)?{_YEAR}"
    rf"|\d{{1,2}}(?:\.|er|º|st|nd|rd|th)?\s+(?:de\s+)?{_MONTH},?\s+(?:de\s+)?{_YEAR})"
    rf"|{_YEAR}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}[/.]{_YEAR}|(?:1[6-9]|20)\d\d ?年 ?\d{{1,2}} ?月",
    re.IGNORECASE,
)
_RIGHTS = re.compile(r"copyright\b|©|\(c\) ?\d|all rights reserved", re.IGNORECASE)
_BREAK = re.compile(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = dict.fromkeys(map(ord, "\u00a0\u2007\u202f\u3000"), " ") | dict.fromkeys(map(ord, "\ufeff\u200b"))
_LABEL = re.compile(r"([^\W\d_][\w /-]{1,27}?)\s*:\s*(.*)")
_NEXIS_COVER = re.compile(
    r"(?:User Name|Date and Time|Job Number|Client/Matter|Search Terms|Search Type|Narrowed by|Content Type)\b"
    r"|Documents? \(\d+\)|\W*About LexisNexis|.{0,99}Copyright © \d{4} LexisNexis"
)
_NEXIS_LENGTH = re.compile(r"Length\s*:\s*\d[\d,. ]*\s*words?\b")
_LEXIS_START = re.compile(r"(?:(\d+) of (\d+) DOCUMENTS?|Dokument (\d+) von (\d+)|Document (\d+) de (\d+))")
_FACTIVA_CODES = "|".join(LABELS["factiva head"] + LABELS["factiva body"] + LABELS["factiva tail"])
_FACTIVA_CODE = re.compile(rf"({_FACTIVA_CODES})(?:(\s+)(.*))?")
_FACTIVA_END = re.compile(r"(?:AN\s+)?(?:[^\W\d]{1,12} )?[A-Z0-9]{4,10}(?:19|20)\d{6}[a-z0-9]{6,12}")
_FACTIVA_WORDS = re.compile(r"\d[\d,. ]*(?:words?|mots|Wörter|palabras|parole|palavras|woorden|слов|字|个字|單詞|单词)")
_FACTIVA_FURNITURE = re.compile(r"Page \d+ of \d+|© \d{4} Factiva|.*(?:\.\.\.|\t) ?\d{1,4}$")
_UNCODED_HEAD = re.compile(r"[A-Z][A-Z0-9]{1,9}|[A-Z]{0,3}\d{1,4}|[A-ZÀ-Þ][a-zà-ÿ]{3,11}(?: [-–(].{0,20})?")
_PROQUEST_RULE = re.compile(r"_{20,}")
_PROQUEST_COUNT = re.compile(r"Document \d+ of \d+")


def split_export(text: str) -> list[Record] | None:
    """Split an export of Nexis, Factiva or ProQuest into its articles, with what the export says of each."""
    lines = [line.strip() for line in _BREAK.split(text.translate(_BLANKS))]
    for split, read in _LAYOUTS.items():
        if articles := split(lines):
            found = [_finish(f"article {number}", article, read(article)) for number, article in enumerate(articles, 1)]
            around = lost_words(text, "\n".join(line for article in articles for line in article))
            first = next((record for record in found if "text" in record), found[0])
            first["beside"] = "\n".join([first["beside"], *around])  # a cover, a summary of the search
            return found
    return None


def _finish(where: str, lines: Lines, found: Record) -> Record:
    """Keep what was found; an article without body says so, because a headline alone is not measured."""
    record = {"where": where} | {name: value for name, value in found.items() if value}
    record["beside"] = "".join(lost_words("\n".join(lines), "\n".join(record.values())))
    reason = f"{where} of the export has no body (headline only); expected an article in full text"
    missing = {"reason": reason, "remedy": "export it again as full text or delete it"}
    return record if "text" in record else record | missing


def _join(lines: Iterable[str]) -> str:
    return " ".join(filter(None, lines))


def _body(lines: Lines) -> str:
    return "\n".join(lines).strip()


def _places(lines: Lines, test: Callable[[str], Any]) -> list[int]:
    return [index for index, line in enumerate(lines) if test(line)]


def _cut(lines: Lines, starts: Iterable[int]) -> list[Lines]:
    return [lines[start:end] for start, end in pairwise([0, *starts, len(lines)])]


def _split_at(lines: Lines, ends: Callable[[str], Any]) -> list[Lines]:
    """Cut after every line that ends a piece; that line itself is dropped. The last piece has no such line."""
    ended = _places(lines, ends)
    return [lines[start + 1 : end] for start, end in pairwise([-1, *ended, len(lines)])]


def _label_reader(names: Sequence[str], *, alone: Sequence[str] = (), any_case: bool = False) -> Reader:
    """Make the function that tells whether a line begins with one of the labels: (label, rest) or None."""
    known = {name.casefold() if any_case else name: name for name in names}

    def read(line: str) -> Label | None:
        if line in alone:
            return line, ""
        match = _LABEL.match(line)
        name = match and known.get(match[1].casefold() if any_case else match[1])
        return (name, match[2]) if match and name else None

    return read


def _find_labels(lines: Lines, read: Reader) -> dict[int, Label]:
    return {index: label for index, line in enumerate(lines) if (label := read(line))}


def _names(lines: Lines, read: Reader) -> set[str]:
    return {name for name, _ in _find_labels(lines, read).values()}


def _read_fields(lines: Lines, read: Reader) -> dict[str, str]:
    """Read labelled values; the first of a label counts. A value may stand, or go on, in the next lines."""
    fields, values = dict[str, Lines](), None
    for line in lines:
        if label := read(line):
            values = [] if label[0] in fields else fields.setdefault(label[0], [])
            values.append(label[1])
        elif values is not None and line:
            values.append(line)
        elif values and any(values):
            values = None
    return {name: _join(values) for name, values in fields.items()}


def _find_tail(lines: Lines, start: int, read: Reader, gap: int = 3, block: int = 3) -> int:
    """Find where the labels after the body begin, from the end: the body may hold a line like a label."""
    seen, tail, free, own = set[str](), len(lines), 0, 0
    for index in range(len(lines) - 1, start - 1, -1):
        if label := read(lines[index]):
            if label[0] in seen:
                break  # the same label stands further down: this is the body
            seen.add(label[0])
            tail, free, own = index, 0, 0
        elif not lines[index]:
            free, own = free + own, 0
        elif not _RIGHTS.match(lines[index]):
            own += 1
        if free > gap or own > block:  # too much text after this label's block, or within it
            break
    return tail


_nexis_head = _label_reader(LABELS["nexis head"], alone=("Body",))
_nexis_tail = _label_reader(LABELS["nexis tail"], alone=("Classification",))


def _split_nexis(lines: Lines) -> list[Lines]:
    """Split at "End of Document"; a last article that lost this line is known by its labels."""
    *ended, last = _split_at(lines, "End of Document".__eq__)
    articles = [*ended, last] if _is_nexis(last, False) else ended
    if articles == ended and not any(_is_nexis(piece, True) for piece in ended):
        return []
    return [part for article in articles if any(article) for part in _split_after_load_date(article)]


def _is_nexis(lines: Lines, ended: bool) -> bool:
    """An ordinary text holds one of these lines by chance, not four of them with a body or a length."""
    body, length, rights = "Body" in lines, any(map(_NEXIS_LENGTH.match, lines)), any(map(_RIGHTS.match, lines))
    tail = any(line == "Classification" or line.startswith(("Language:", "Publication-Type:")) for line in lines)
    dated = any(line.startswith("Load-Date:") for line in lines)
    return sum((ended, body, length, rights, tail, dated)) >= 4 and (ended or dated) and (body or length)


def _split_after_load_date(lines: Lines) -> list[Lines]:
    """Split two articles between which "End of Document" is missing: the load date is the last label."""
    bodies, cuts = _places(lines, "Body".__eq__), [0]
    for load in _places(lines, lambda line: line.startswith("Load-Date:")):
        if any(cuts[-1] <= body < load for body in bodies) and load < bodies[-1]:
            cuts.append(load + 1)
    return _cut(lines, cuts[1:])


def _read_nexis(lines: Lines) -> Record:
    body = next(iter(_places(lines, "Body".__eq__)), len(lines))
    tail = _find_tail(lines, body, _nexis_tail)
    head = lines[: min(body, tail)]
    # The cover page stands before the first article, with nothing that says where it ends.
    covered = any(map(_NEXIS_COVER.match, head))
    if covered:
        head = head[_places(head, lambda line: _NEXIS_COVER.match(line) or re.match(r"\d+\.\s", line))[-1] + 1 :]
    first, *_ = [*_places(head, lambda line: _RIGHTS.match(line) or _nexis_head(line)), len(head)]
    text = lines[body + 1 : tail]
    *_, graphic = [len(text), *_places(text, "Graphic".__eq__)]
    author = _read_fields(head[first:], _nexis_head).get("Byline")
    # Headline, outlet and date stand in this order; after a cover only the lines next to the date count.
    titles = list(filter(None, head[:first]))
    *_, date = [2 if len(titles) > 2 else len(titles), *filter(None, _places(titles, _DATE.match))]
    before = titles[max(0, date - 2) : date] if covered else titles[:date]
    outlet = before.pop() if len(before) > 1 else None
    found = {"title": _join(before), "outlet": outlet, "date": _join(titles[date : date + 1]), "author": author}
    return found | {"text": _body(text[:graphic])}


_lexis_head = _label_reader(LABELS["lexis head"])
_lexis_tail = _label_reader(LABELS["lexis tail"])
_lexis_label = _label_reader(LABELS["lexis head"] + LABELS["lexis tail"])


def _split_lexis(lines: Lines) -> list[Lines]:
    """Split before "3 of 250 DOCUMENTS"; what stands before the first is the cover."""
    starts = [match for match in map(_LEXIS_START.fullmatch, lines) if match]
    counted = all(int(first) <= int(last) for first, last in (filter(None, match.groups()) for match in starts))
    signs = {*LEXIS_LENGTH, "LOAD-DATE", "LANGUAGE", "UPDATE", "SPRACHE", "LANGUE"}
    if not starts or not counted or not _names(lines, _lexis_label) & signs:
        return []
    return _split_at(lines, _LEXIS_START.fullmatch)[1:]


def _read_lexis(lines: Lines) -> Record:
    labels = _find_labels(lines, _lexis_head)
    first = min(labels) if labels else _find_tail(lines, 0, _lexis_tail)
    start = _find_lexis_body(lines, labels) if labels else first
    tail = _find_tail(lines, start, _lexis_tail, gap=2, block=12)
    fields = _read_fields(lines[first:start], _lexis_label)
    text = lines[start:tail]
    if text and (label := _lexis_head(text[0])):
        text[0] = label[1]
    while text and (not text[-1] or _RIGHTS.match(text[-1])):
        text.pop()
    author = fields.get("BYLINE") or fields.get("AUTOR") or fields.get("AUTEUR")
    record = _read_lexis_title(lines[:first]) | {"author": author, "text": _body(text)}
    return record | {"title": fields.get("HEADLINE") or record["title"]}


def _find_lexis_body(lines: Lines, labels: dict[int, Label]) -> int:
    """The body begins with its label, or after the block of the last label at the head."""
    names = {name: index for index, (name, _) in reversed(labels.items())}  # the first of each
    if {"BODY", "HEADLINE"} <= names.keys():
        return names["BODY"]
    lengths = (index for index, (name, rest) in labels.items() if name in LEXIS_LENGTH and rest[:1].isdigit())
    labelled = True
    for index in range(next(lengths, min(labels)), len(lines)):
        if index in labels:
            labelled = labels[index][0] not in LEXIS_LENGTH  # a length never goes on in the next line
        elif not lines[index]:
            labelled = False
        elif not labelled:
            return index
    return len(lines)


def _read_lexis_title(lines: Lines) -> Record:
    """Read outlet, date (with edition) and headline, which stand in this order, apart by blank lines."""
    blocks = [block for block in _split_at([x for x in lines if not _RIGHTS.match(x)], lambda x: not x) if block]
    dates = [(b, i) for b, block in enumerate(blocks) for i, line in enumerate(block) if _DATE.match(line)]
    if not dates:
        outlet, title = (_join(blocks[0]), blocks[1:]) if len(blocks) > 1 else (None, blocks)
        return {"title": _join(map(_join, title)), "outlet": outlet}
    number, index = dates[0]
    before, block = blocks[:number], blocks[number]
    after = blocks[number + 1 :] or [block[index + 1 :]]
    outlet = _join(map(_join, [*before, block[:index]]))
    return {"title": _join(map(_join, after)), "outlet": outlet, "date": block[index]}


def _split_factiva(lines: Lines) -> list[Lines]:
    """Split after "Document XINHUA0020210318eh3i00001"; what follows the last is a search summary."""
    pieces = _split_at(lines, _FACTIVA_END.fullmatch)
    known = [_is_coded(piece) or _find_words(piece) is not None for piece in pieces]
    if not any(known[:-1]) and not _is_coded(pieces[-1]):
        return []
    articles = pieces if known[-1] else pieces[:-1]
    return [part for article in articles if any(article) for part in _split_at_headline(article)]


def _split_at_headline(lines: Lines) -> list[Lines]:
    """Split two articles between which the line "Document ..." is missing: date and outlet come again too."""
    labels = [(index, code) for index, (code, _) in _find_labels(lines, _code_reader(lines)).items()]
    starts = []
    for place, (index, code) in enumerate(labels):
        if code == "HD" and {"PD", "SN"} <= {after for _, after in labels[place + 1 : place + 9]}:
            section = place and labels[place - 1][1] == "SE"
            starts.append(labels[place - 1][0] if section else index)
    return _cut(lines, starts[1:])


def _is_coded(lines: Lines) -> bool:
    fields = _read_fields(lines, _code_reader(lines))
    counted = fields.get("WC", "")[:1].isdigit() or "LA" in fields or "SC" in fields
    return counted and {"HD", "PD", "SN"} <= fields.keys() and bool(re.search(_YEAR, fields["PD"]))


def _separator(match: re.Match[str]) -> str:
    blank = match[2] or ""
    return "\t" if "\t" in blank else blank[:2]


def _code_reader(lines: Lines) -> Reader:
    """Make the reader of field codes, which stand apart in one way in an article; without a headline there are none."""
    coded = filter(None, map(_FACTIVA_CODE.fullmatch, reversed(lines)))
    # A tab, two blanks, a line of their own, as the first of each does: a sentence may begin with IN or BY.
    styles = {match[1]: _separator(match) for match in coded if match[1] in {"HD", "WC", "PD", "SN"}}
    allowed = {"", *styles.values()} if "HD" in styles else set()

    def read(line: str) -> Label | None:
        match = _FACTIVA_CODE.fullmatch(line)
        return (match[1], match[3] or "") if match and _separator(match) in allowed else None

    return read


def _read_factiva(lines: Lines) -> Record:
    read = _code_reader(lines)
    if len(_names(lines, read)) < 4:
        return _read_uncoded(lines)
    labels = {code: index for index, (code, _) in reversed(_find_labels(lines, read).items())}  # the first of each
    bodies = sorted(labels[code] for code in LABELS["factiva body"] if labels.get(code, -1) > labels["HD"])
    start = bodies[0] if bodies else len(lines)
    ends = LABELS["factiva tail"]
    tail = _find_tail(lines, start, lambda line: (found := read(line)) and found[0] in ends and found, 20, 20)
    text = [read(line)[1] if index in bodies else line for index, line in enumerate(lines[start:tail], start=start)]
    fields = _read_fields(lines[labels["HD"] : start], read)
    names = {"title": "HD", "outlet": "SN", "date": "PD", "author": "BY"}
    return {name: fields.get(code) for name, code in names.items()} | {"text": _body(text)}


def _find_words(lines: Lines) -> int | None:
    """Find the line "823 words" that has the date in the next line."""
    pairs = pairwise(_places(lines, bool))
    return next((at for at, n in pairs if _FACTIVA_WORDS.fullmatch(lines[at]) and _DATE.match(lines[n])), None)


def _read_uncoded(lines: Lines) -> Record:
    if (words := _find_words(lines)) is None:
        return {"title": next((line for line in lines if line and not _FACTIVA_FURNITURE.match(line)), None)}
    filled = [index for index in range(words + 1, len(lines)) if lines[index]]
    timed = len(filled) > 1 and re.fullmatch(r"\d{1,2}[:.]\d\d(?: ?[AP]M)?", lines[filled[1]])
    outlet, *after = filled[2 if timed else 1 :] or [words]
    # The body begins after the notice of copyright, or else after source code, page and language.
    rights = _places([lines[index] for index in after[:9]], _RIGHTS.match)
    start, pattern, most = (rights[0], _RIGHTS.match, 3) if rights else (0, _UNCODED_HEAD.fullmatch, 4)
    heads = list(takewhile(lambda index: pattern(lines[index]), after[start : start + most]))
    body = [*after, len(lines)][start + len(heads)]
    found = {"date": lines[filled[0]], "outlet": lines[outlet] if outlet != words else None}
    return _read_uncoded_title(lines[:words]) | found | {"text": _body(lines[body:])}


def _read_uncoded_title(lines: Lines) -> Record:
    """Tell headline from section (before it) and byline (after it): it is the longest of the last three."""
    *_, furniture = [-1, *_places(lines, _FACTIVA_FURNITURE.match)]
    kept = lines[furniture + 1 :]
    blocks = [_join(block) for block in _split_at(kept, lambda line: not line) if block]
    items = (blocks if len(blocks) > 1 else [line for line in kept if line])[-3:]
    bylines = [item for item in items[1:] if re.match(r"(?:By|Von|Par|Por|Di|De|BY)\s", item)]
    items = [item for item in items if item not in bylines]
    title = max(items, key=len, default=None)
    after = items[items.index(title) + 1 :] if items else []
    return {"title": title, "author": _join(bylines or after)}


_proquest_label = _label_reader(LABELS["proquest any"] + LABELS["proquest sign"], any_case=True)


def _split_proquest(lines: Lines) -> list[Lines]:
    """Split at the lines of underscores, or where a page lost them, at "Document 3 of 20" or after the last label."""
    labels, names = _find_labels(lines, _proquest_label), _names(lines, _proquest_label)
    cut = (_merge_proquest(_split_at(lines, rule.fullmatch)) for rule in (_PROQUEST_RULE, _PROQUEST_COUNT))
    last = "Database" if "Database" in names else "Last updated"
    repeated = [index + 1 for index, (name, _) in labels.items() if name == last]
    pieces = next((pieces for pieces in cut if len(pieces) > 1), None) or _cut(lines, repeated)
    signs = [len(_names(piece, _proquest_label) & {*LABELS["proquest sign"]}) for piece in pieces]
    if not names & {"ProQuest document ID", "Document URL"} or max(signs) < 4:
        return []
    return [piece for piece, found in zip(pieces, signs, strict=True) if found >= 2]


def _merge_proquest(pieces: list[Lines]) -> list[Lines]:
    """Put together what a rule inside a body cut: a full text without the labels that follow it goes on."""
    merged, begun = list[Lines](), False
    for piece in pieces:
        names = _names(piece, _proquest_label)
        if begun and "Full text" not in names:
            merged[-1] += ["", *piece]
        else:
            merged.append(list(piece))
        begun = (begun or "Full text" in names) and not names & {"ProQuest document ID", "Document URL", "Database"}
    return merged


def _read_proquest(lines: Lines) -> Record:
    labels = _find_labels(lines, _proquest_label)
    start = next((index for index, (name, _) in labels.items() if name == "Full text"), len(lines))
    tail = _find_tail(lines, start + 1, _proquest_label) if start < len(lines) else start
    fields = _read_fields([*lines[:start], "", *lines[tail:]], _proquest_label)
    first = next((line for line in lines if line and not _PROQUEST_COUNT.fullmatch(line)), "")
    text = _body([labels[start][1], *lines[start + 1 : tail]] if start < len(lines) else [])
    names = {"outlet": "Publication title", "date": "Publication date", "author": "Author", "url": "Document URL"}
    record = {name: fields.get(label) for name, label in names.items()}
    return record | {
        "title": fields.get("Title") or (None if _proquest_label(first) else first),
        "date": record["date"] or fields.get("Publication year"),
        "text": "" if text.casefold() in {"none available.", "not available."} else text,
    }


_LAYOUTS = {
    _split_lexis: _read_lexis,
    _split_nexis: _read_nexis,
    _split_factiva: _read_factiva,
    _split_proquest: _read_proquest,
}

_COLLECT = "collect the texts from the addresses (within the publishers' terms) and put them into a column text"


def explain_no_text(columns: Sequence[str], n_columns: int) -> UnreadableError | None:
    """Say what a table without a column of texts is, where it is one that scholars often have; None for any other."""
    names = {name.strip().casefold().replace(".", "").replace(" ", "_") for name in columns}
    # Without a header two cells of numbers tell GDELT's tables, by the number of their columns.
    numbers = all(re.fullmatch(r"\d{1,14}(?:-T?\d+)?", cell.strip()) for cell in columns[:2])
    for row in read_codebook("tables_without_texts"):
        unnamed = row["kind"] == "number of columns"
        if numbers and row["term"] == str(n_columns) if unnamed else names.issuperset(row["term"].split()):
            return UnreadableError(row["reason"], _COLLECT)
    return None


def is_zotero(columns: Iterable[str]) -> bool:
    """Tell by the names of its columns whether a table is a Zotero collection, exported as CSV."""
    return {"Key", "Item Type", "Publication Year", "Title"} <= {name.strip("\ufeff ") for name in columns}


def link_attachments(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> Attachments:
    """Find the file of each item of a Zotero collection; also the other files of these items, and items without."""
    claims = _claim_files([_split_paths(row.get("File Attachments")) for row in rows], names)
    taken = {name for claimed in claims for name in claimed}
    free = Counter(_parts(name)[:1] for name in names if name not in taken)
    documents, passed_over, rejected = dict[str, Record](), list[str](), list[Record]()
    for number, (row, claimed) in enumerate(zip(rows, claims, strict=True), start=2):
        readable = [name for ending in ZOTERO_ENDINGS for name in claimed if name.casefold().endswith(ending)]
        if readable:
            documents[readable[0]] = _describe(row)
            passed_over += [name for name in claimed if name != readable[0]]
        else:
            rejected.append(_describe(row) | {"where": f"row {number}"} | _say_missing(row, claimed, free))
    return documents, passed_over, rejected


def _split_paths(cell: str | None) -> list[str]:
    return [path.strip() for path in (cell or "").split(";") if path.strip()]


def _parts(path: str) -> tuple[str, ...]:
    """Names from the last to the first, as any machine writes them: macOS decomposes accents."""
    return tuple(unicodedata.normalize("NFC", part).casefold() for part in reversed(re.split(r"[\\/]+", path)) if part)


def _claim_files(attached: list[list[str]], names: Sequence[str]) -> list[list[str]]:
    """Give every file to the one row whose path fits best; where two files fit a path alike, none is taken."""
    tails = defaultdict[tuple[str, ...], list[str]](list)
    for name, parts in zip(names, map(_parts, names), strict=True):
        for length in range(1, len(parts) + 1):
            tails[parts[:length]].append(name)
    best = dict[str, tuple[int, int]]()
    for row, paths in enumerate(attached):
        for wanted in map(_parts, paths):
            length = next((n for n in range(len(wanted), 0, -1) if wanted[:n] in tails), 0)
            closest = tails.get(wanted[:length], [])
            if len(closest) == 1 and length > best.get(closest[0], (0, 0))[0]:
                best[closest[0]] = (length, row)
    claims: list[list[str]] = [[] for _ in attached]
    for name, (_, row) in best.items():
        claims[row].append(name)
    return claims


def _describe(row: Mapping[str, str]) -> Record:
    names = {"title": "Title", "date": "Date", "author": "Author", "outlet": "Publication Title", "url": "Url"}
    genre = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", row.get("Item Type") or "").lower()
    year = {"date": row.get("Publication Year")}
    known = year | {name: row[column] for name, column in names.items() if row.get(column)} | {"genre": genre}
    taken = {*names.values(), "Key", "Item Type", "Publication Year", "File Attachments"}
    known["beside"] = "\n".join(cell for column, cell in row.items() if cell and column not in taken)
    return {name: value for name, value in known.items() if value}


def _say_missing(row: Mapping[str, str], claimed: list[str], free: Counter[tuple[str, ...]]) -> Record:
    paths = _split_paths(row.get("File Attachments"))
    if not paths:
        return {"reason": "has no attached file; expected one", "remedy": "attach the text in Zotero or delete the row"}
    name = re.split(r"[\\/]", paths[0])[-1] or paths[0]
    reason, remedy = "is not in the folder", "export the collection with its files, into the same folder"
    if claimed:
        reason = f"is of no kind that can be read; expected {', '.join(ZOTERO_ENDINGS)}"
        remedy = "attach the text in one of these kinds"
    elif free[_parts(name)] > 1:
        reason = "cannot be told from others of this name in the folder; expected one"
        remedy = "export the collection again with its files, and do not move them"
    return {"reason": f"its attached file {name} {reason}", "remedy": remedy}
