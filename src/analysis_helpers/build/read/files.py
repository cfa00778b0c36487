"""Files: the words of one file, whatever its format."""

import html
import json
import logging
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BytesIO
from typing import Any
from warnings import catch_warnings as quiet

from ...dictionaries import read_codebook
from ...errors import UnreadableError, stop_if_short
from ...words import find_words
from .databases import split_export
from .encoding import decode, open_byte_strings, repair
from .records import Record, lost_words, plain

MAX_DOCUMENT_BYTES = 200_000_000
MAX_XML_BYTES = 200_000_000
MAX_PAGE, MAX_TAGS = 10_000_000, 100_000  # characters and tags of a page in which an article is looked for
PAGE_ROOM = 80  # bytes that a character of a page may take while its article is looked for
MAX_ATTRIBUTES, MAX_FONTS = 2_000, 50_000  # of a tag; characters of a table of fonts. Beyond, time is quadratic
NARROW_BLANK = 180  # thousandths of the size of a font: letters of one word are rarely set half as far apart
MIN_BODY = 30  # words
MIN_LINES, MIN_WIDTH, MAX_WIDTH = 8, 45, 110  # of a text whose lines were broken at a page's width


# What libraries say of a broken file is not shown on the user's screen: the account of the build says it.
class _Silent(logging.Handler):
    """Let nothing be seen, but do not let a library go on with half a result where memory ran out."""

    def emit(self, record: logging.LogRecord) -> None:
        for said in record.args or ():
            stop_if_short(said)


for _name in ("trafilatura", "htmldate", "courlan", "pypdf", "charset_normalizer"):
    logging.getLogger(_name).addHandler(_Silent())

_HTML_START = re.compile(
    r"(?i)\A\s*+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype html|html|head|body|div|article|h1|p)\b", re.DOTALL
)
# The number and the time of a subtitle (.srt, .vtt).
_CUE = re.compile(r"(?m)^(?:\ufeff?WEBVTT\b.*\n\s*+)?(?:\d+[ \t\r]*\n)?(?:\d+:)?\d\d:\d\d[.,]\d{3}[ \t]*-->.*$")
SENTENCE_END = re.compile(r"[.!?:…][\"'”’)\]]*$")
LINE_START = re.compile(r"\s{2,}|\t|[-•·*–]\s|\(?\d{1,3}[.)]\s|[A-Z][A-Z .'’-]{1,40}:|Q[:.]\s|[A-Z][\w.'’ -]{0,40}:\s")


def read_txt(data: bytes) -> Iterator[Record]:
    """Read a text file: one document, or the articles of a database's export."""
    text = open_byte_strings(decode(data))
    if _HTML_START.match(text):
        yield from _read_page(text)
    elif len(_CUE.findall(text)) > 1:
        times = "\n".join(_CUE.findall(text))
        lines = filter(None, map(str.strip, _CUE.sub("", repair(text)).split("\n")))
        yield {"text": "".join(("\n" if LINE_START.match(line) else " ") + line for line in lines), "around": times}
    else:
        yield from _articles_or_one(unwrap_lines(repair(text)))


def _articles_or_one(text: str, beside: Sequence[str] = ()) -> Iterator[Record]:
    first, *others = split_export(text) or [{"text": text}]
    yield first | {"beside": "\n".join(filter(None, [first.get("beside"), *beside]))}
    yield from others


def unwrap_lines(text: str, *, always: bool = False) -> str:
    """Put lines that were broken at a page's width together to paragraphs; other texts stay, unless `always`."""
    lines = text.split("\n")
    full = [line.strip() for line in lines if line.strip()]
    width = _width(full)
    if not (always or is_wrapped(full)):
        return text
    paragraphs: list[list[str]] = [[]]
    for above, line in zip(["", *lines], lines, strict=False):
        ended = SENTENCE_END.search(above.rstrip()) and len(above.strip()) < 0.85 * width
        if not line.strip() or ended or LINE_START.match(line) or not above.strip():
            paragraphs.append([])
        paragraphs[-1].append(line.strip())
    return "\n".join(_join(lines) for lines in paragraphs if any(lines))


def _width(full: Sequence[str]) -> int:
    return sorted(map(len, full))[int(0.9 * (len(full) - 1))] if full else 0


def is_wrapped(full: Sequence[str], at_least: int = MIN_LINES) -> bool:
    """Tell whether most lines end close to the same width, without ending a sentence."""
    width = _width(full)
    longer = sum(len(line) > 1.3 * width for line in full)
    if len(full) < at_least or not MIN_WIDTH <= width <= MAX_WIDTH or longer > 0.1 * len(full):
        return False
    broken = [line for line in full if len(line) >= 0.75 * width and not SENTENCE_END.search(line)]
    return len(broken) >= 0.5 * len(full)


def _join(lines: Sequence[str]) -> str:
    """Put the lines of a paragraph together; a word break by hyphen is undone before a small letter."""
    text = "\n".join(filter(None, lines))
    text = re.sub(r"(?<=[a-zﬀ-ﬆ])[-\xad\u2010]\n(.)", lambda found: found[1] if found[1].islower() else found[0], text)
    return text.replace("\n", " ")


def drop_running_heads(pages: Sequence[str]) -> str:
    """Take out what stands at the head or foot of most pages, and numbers of pages; join the pages."""
    lines = [page.split("\n") for page in pages]
    edges = [_edges(page) for page in lines]
    heads = Counter(key for at in edges for key in set(at.values()))
    repeated = {key for key, n in heads.items() if n >= max(3, 0.6 * len(pages)) and len(key) <= 100}
    return "\n".join(
        line for page, at in zip(lines, edges, strict=True) for n, line in enumerate(page) if at.get(n) not in repeated
    )


def _edges(page: Sequence[str]) -> dict[int, str]:
    """The first two and the last two lines that hold something, by number; of the outer ones the numbers are masked."""
    full = {n: " ".join(line.split()) for n, line in enumerate(page) if line.strip()}
    numbers = list(full)
    inner = {n: full[n] for n in (*numbers[1:2], *numbers[-2:-1])}
    return inner | {n: re.sub(r"\d+", "#", full[n]) for n in (*numbers[:1], *numbers[-1:])}


_QUOTED = r"""=\s*"[^"]*"|=\s*'[^']*'"""
_LONG_TAG = re.compile(rf"""<[a-zA-Z](?:[^>"'=]|{_QUOTED}|["'=]){{2000,}}+""")
_ATTRIBUTE = re.compile(rf"""{_QUOTED}|[^\s/="']+""")
_BLOCK_TAG = re.compile(r"(?i)</?(?:p|div|br|li|h[1-6])\b[^<>]{0,300}>")
_BLOCKS = frozenset(row["term"] for row in read_codebook("kinds_of_files") if row["kind"] == "block of HTML")
_DATA = "//script[contains(translate(@type, 'JSON', 'json'), 'json')]"
_TITLES = "//title//text() | //h1//text() | //meta[@property='og:title']/@content"
_NO_DATE_LIMIT = "2099-12-31"  # htmldate's default is today: the same page would be read otherwise tomorrow


def read_html(data: bytes) -> Iterator[Record]:
    """Read a saved web page: the article, its title, date, author and address, without what stands around it."""
    yield from _read_page(open_byte_strings(decode(data)))  # an entity may stand for a sign of HTML


def _read_page(text: str) -> Iterator[Record]:
    from trafilatura import bare_extraction  # Barbaresi 2021; nothing is fetched, and no script is run

    all_words = flatten_html(text)
    if articles := split_export(all_words):
        yield from articles
        return
    record, found = {"title_from": "page", "text": all_words}, None
    dates = {"extensive_search": False, "original_date": True, "max_date": _NO_DATE_LIMIT}
    usual = len(text) <= MAX_PAGE and text.count("<") <= MAX_TAGS
    try:
        if usual:
            with quiet(action="ignore"):
                found = bare_extraction(text, include_comments=False, date_extraction_params=dates, with_metadata=True)
    except Exception as error:  # the words of a page too deep are there without it
        stop_if_short(error)
    known = {}
    if found:
        known = {"title": found.title, "author": found.author, "outlet": found.sitename, "url": found.url}
        record |= {name: value for name, value in (known | {"page_date": found.date}).items() if value}
    shown = (found and found.text) or ""
    if article := _choose_body(text, shown) if usual and all_words else shown:
        around = lost_words(all_words, "\n".join(filter(None, [*known.values(), article])))
        record |= {"text": article, "around": "".join(around)} if around else {"text": article}
    yield record


def _choose_body(text: str, found: str) -> str:
    """Choose the article: what was found, or what the page holds as data, where that is clearly the same and longer."""
    if not re.search(r"""articleBody["']|"text"\s*:""", text):
        return found
    tree = _parse(text)
    bodies = [pair for script in tree.xpath(_DATA) for pair in _bodies_in(script)]
    bodies = [(headline, body) for headline, body in dict.fromkeys(bodies) if len(find_words(body)) >= MIN_BODY]
    if not bodies:
        return found
    for script in tree.iter("script", "style"):
        script.text = None
    words, seen = set(find_words(found)), set(find_words(" ".join(tree.itertext())))
    if len(words - seen) > 0.2 * len(words):
        found = ""  # these words are not on the page but in its data, which may be about another article
    titles, runs, n_found = [_letters(title) for title in tree.xpath(_TITLES)], _runs(found), len(find_words(found))
    longer = []
    for headline, body in bodies:
        extends = len(_runs(body) & runs) >= 0.5 * len(runs) > 0
        own = not titles or any(headline in title for title in titles) if len(headline) > 10 else len(bodies) == 1
        if len(find_words(body)) > n_found * (1.2 if extends else 2) and (extends or own):
            longer.append(body)
    return max(longer, key=len, default=found)


def _bodies_in(script: Any) -> Iterator[tuple[str, str]]:
    """Give the headline and the words of each article in a script of data, however deep it lies."""
    written = re.sub(r"<!\[CDATA\[|\]\]>|<!--|-->", "", script.text or "")
    with suppress(ValueError, RecursionError):
        try:
            nodes = [json.loads(re.sub(r"\A[^{\[]+|[^}\]]+\Z", "", written), strict=False)]
        except ValueError:  # not every page writes JSON as it should
            found = re.findall(r'"articleBody"\s*:\s*("(?:[^"\\]|\\.)*+")', written)
            nodes = [{"articleBody": json.loads(body.replace("\\'", "'"), strict=False)} for body in found]
        for node in nodes:  # grows while it is read
            nodes += node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
            article = isinstance(node, dict) and re.search("Article|Posting|Report", str(node.get("@type")))
            body = isinstance(node, dict) and (node.get("articleBody") or (article and node.get("text")))
            parts = [part for part in (body if isinstance(body, list) else [body]) if isinstance(part, str)]
            words = html.unescape(html.unescape("\n".join(parts)))
            if words.strip():
                words = flatten_html(words) if re.search(r"</?[a-zA-Z][^<>]*>", words) else words
                yield _letters(str(node.get("headline") or node.get("name") or "")), words


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", html.unescape(text)).casefold()


def _runs(text: str) -> set[tuple[str, ...]]:
    """List the runs of four words."""
    words = [word.lower() for word in find_words(text)]
    return set(zip(words, words[1:], words[2:], words[3:], strict=False))


def extract_fragment(text: str) -> str:
    """Give the words of a text that holds blocks of HTML, as tables of scraped pages often do; others stay."""
    return flatten_html(text) if len(_BLOCK_TAG.findall(text)) >= 2 else text


def flatten_html(text: str) -> str:
    """List the words of a page as a reader sees them: a line a block, no scripts, no styles."""
    from lxml import etree

    if any(len(_ATTRIBUTE.findall(tag)) > MAX_ATTRIBUTES for tag in _LONG_TAG.findall(text)):
        reason = f"holds a tag with over {MAX_ATTRIBUTES:,} attributes; expected a page of text"
        raise UnreadableError(reason, "save it as plain text")
    bytearray(PAGE_ROOM * len(text))  # `MemoryError` here: lxml would say nothing, and give half a page
    try:
        tree = _parse(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        stop_if_short(error)
        return ""
    etree.strip_elements(tree, "script", "style", "noscript", "template", "svg", with_tail=False)
    etree.strip_tags(tree, etree.Comment, etree.ProcessingInstruction)
    words = []
    for event, element in etree.iterwalk(tree, events=("start", "end")):
        if element.tag in _BLOCKS:
            words.append("\n")
        elif element.tag in {"td", "th"} and event == "end":
            words.append("\t")
        words.append((element.text if event == "start" else element.tail) or "")
    lines = (line.strip() for line in "".join(words).split("\n"))
    return "\n".join(line for line in lines if line)


def _parse(text: str) -> Any:
    from lxml import html as lxml_html

    parser = lxml_html.HTMLParser(encoding="utf-8")
    return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)


_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SIGNS = {f"{_WORD}tab": "\t", f"{_WORD}br": "\n", f"{_WORD}cr": "\n", f"{_WORD}noBreakHyphen": "-"}
_TWICE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"  # the same for older programs
_NOTES = re.compile(r"/word/(?:header|footer|footnotes|endnotes|comments)\d*\.xml")
_BESIDE_TEXT = frozenset(f"{_WORD}{name}" for name in ("txbxContent", "del", "moveFrom", "pPr", "rPr", "instrText"))


def read_docx(data: bytes) -> Iterator[Record]:
    """Read a Word file: its paragraphs and tables in order, or the articles of a database's export."""
    from docx import Document
    from docx.oxml import parse_xml
    from lxml.etree import strip_elements

    with opened_by("Word"):
        check_office(data, "Word")
        document = Document(BytesIO(data))
        notes = [parse_xml(part.blob) for part in document.part.package.iter_parts() if _NOTES.match(part.partname)]
        body = document.element.body
        strip_elements(body, _TWICE, with_tail=False)
        text = repair("\n\n".join(_docx_lines(body)))
        everything = (_docx_words(paragraph) for part in [body, *notes] for paragraph in part.iter(f"{_WORD}p"))
    yield from _articles_or_one(text, lost_words(repair("\n".join(everything)), text))


def _docx_lines(parent: Any) -> Iterator[str]:
    """Give a line a paragraph or row of a table, in order; also those inside content controls and insertions."""
    for element in parent:
        if element.tag == f"{_WORD}p":
            yield _docx_words(element)
        elif element.tag == f"{_WORD}tr":
            cells = [cell for cell in element.iter(f"{_WORD}tc") if next(cell.iterancestors(element.tag)) is element]
            yield "\t".join(" ".join("\n".join(_docx_lines(cell)).split()) for cell in cells)
        elif isinstance(element.tag, str) and element.tag not in _BESIDE_TEXT:
            yield from _docx_lines(element)


def _docx_words(element: Any) -> str:
    """Give the words of a paragraph, without what stands beside its text."""
    shown = (child for child in element if isinstance(child.tag, str) and child.tag not in _BESIDE_TEXT)
    return "".join(_SIGNS.get(e.tag) or (e.text or "" if e.tag == f"{_WORD}t" else _docx_words(e)) for e in shown)


def check_office(data: bytes, kind: str) -> None:
    """Check the package of a Word or Excel file before it is opened: its size unpacked, and no entities."""
    with zipfile.ZipFile(BytesIO(data)) as package:
        infos = package.infolist()
        if sum(info.file_size for info in infos) > MAX_XML_BYTES:
            reason = f"would expand to over {MAX_XML_BYTES // 1_000_000} MB; expected a {kind} file of texts"
            raise UnreadableError(reason, "save its texts in files of their own")
        if any(_hides(package.read(info)) for info in infos if info.filename.endswith((".xml", ".rels"))):
            reason = f"defines XML entities, or hides what it defines; expected a {kind} file as the program writes it"
            raise UnreadableError(reason, "open it there and save it again")


def _hides(data: bytes) -> bool:
    """Tell whether a part of a package may define something, in whatever encoding it says so."""
    text = data.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")  # as if UTF-16 were ASCII
    encoding = re.match(rb"""<\?xml[^>]*?encoding\s*=\s*["']([^"']*)""", text[:500])
    usual = not encoding or re.fullmatch(rb"(?i)utf-?(?:8|16(?:[lb]e)?)|us-ascii|iso-8859-1|windows-125\d", encoding[1])
    return b"<!ENTITY" in text or b"<!DOCTYPE" in text or not usual or text[:1] not in (b"<", b"")


@contextmanager
def opened_by(program: str) -> Iterator[None]:
    """Say of a broken file which program mends it: a format has many ways to be broken, a library many exceptions."""
    try:
        yield
    except UnreadableError:
        raise
    except Exception as error:
        reason = f"is no {program} file that can be read ({one_line(error)})"
        raise UnreadableError(reason, f"open it in {program} and save it again") from None


def one_line(error: Exception) -> str:
    """Say in one short line what a library found wrong."""
    return plain(str(error))[:80] or type(error).__name__


def read_rtf(data: bytes) -> Iterator[Record]:
    """Read a Rich Text file: one document, or the articles of a database's export."""
    from striprtf.striprtf import rtf_to_text

    with opened_by("Rich Text"):
        if not data.lstrip().startswith(b"{\\rtf"):
            raise ValueError("it does not begin with {\\rtf")
        source = _tame_rtf(data.decode("latin-1"))
        versions = source, _RTF_NOTES.sub(r"\\par ", source)
        text, everything = (repair(rtf_to_text(rtf, encoding="cp1252", errors="ignore")) for rtf in versions)
    yield from _articles_or_one(text, lost_words(everything, text))


_RTF_NOTES = re.compile(r"(?:\\\*)?\\(?:footnote|header[lrf]?|footer[lrf]?|annotation|shp|shpinst|shptxt)(?![a-z])")


def _tame_rtf(source: str) -> str:
    """Keep the library from searching in quadratic time: it looks for links and fonts by patterns without an end."""
    source = re.sub(r"(?i)\\fldinst(?![a-z])", r"\\pict", source)  # addresses are passed over like pictures
    fonts = re.search(r"{[^{}]*\\fonttbl", source)
    table = source[fonts.end() : fonts.end() + MAX_FONTS] if fonts else ""
    if "}}" not in table.replace("\n", "") or max(map(len, table.partition("}}")[0].split(";"))) > 1_000:
        source = source.replace("\\fonttbl", "\\pict")  # no font then says how its signs are coded
    return re.sub(r"(\\f\d)", r"\n\1", source)  # its pattern of a font ends with the line


def read_pdf(data: bytes) -> Iterator[Record]:
    """Read the text layer of a PDF file, with lines put together to paragraphs and running heads taken out."""
    from pypdf import PdfReader

    with opened_by("PDF"), quiet(action="ignore"):
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise UnreadableError("is locked by a password", "save it without one")
        pages = [_extract_page(page) for page in reader.pages]
    if not any(page.strip() for page in pages):
        reason = f"has no text layer ({len(pages)} pages, probably pictures); expected a PDF with text"
        raise UnreadableError(reason, "run text recognition (OCR) on it first")
    if _runs_together("".join(pages)):
        reason = "has no blanks between its words, and its signs stand too close to tell where they begin"
        raise UnreadableError(f"{reason}; expected a PDF with words", "run text recognition (OCR) on it first")
    text = repair(unwrap_lines(drop_running_heads(pages), always=True))
    around = "".join(lost_words(repair("\n".join(pages)), text))
    for record in _articles_or_one(text):
        yield {"around": around} | record
        around = ""


def _extract_page(page: Any) -> str:
    """Extract the text of a page; where that has no blanks, by narrower gaps between its signs."""
    text = page.extract_text()
    if not _runs_together(text):
        return text
    fonts = page["/Resources"]["/Font"]
    for font in (fonts[name] for name in fonts if "/Widths" in fonts[name]):
        blank = 32 - font.get("/FirstChar", 0)
        if 0 <= blank < len(font["/Widths"]):
            font["/Widths"][blank] *= 0  # without a width of its own, a blank has the one given below
    return page.extract_text(space_width=NARROW_BLANK)


def _runs_together(text: str) -> bool:
    """Tell whether over a tenth of the letters stand in runs that are longer than a word."""
    return sum(map(len, re.findall(r"[A-Za-zﬀ-ﬆ]{25,}", text))) > 0.1 * len(re.findall(r"[^\W\d_]", text))
