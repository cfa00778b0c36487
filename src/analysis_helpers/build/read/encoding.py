"""Decoding: bytes become text, broken characters are mended, and what is no language is told."""

import codecs
import html
import io
import re
import string
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO

import ftfy  # Speer 2019, doi:10.5281/zenodo.2591652
import webencodings  # what a declared name means on the web: gb2312 is GBK, iso-8859-1 is Windows-1252
from charset_normalizer import from_bytes

from ...dictionaries import read_codebook
from ...errors import UnreadableError
from ..boilerplate import CJK

BEGINNING = 10_000_000  # bytes by which the encoding of a larger file is told
WESTERN = "sloppy-windows-1252"  # ftfy's: Windows-1252 with all 256 bytes known
STRAYS = "talks_stray"  # the name of how `_mend_stray` treats errors
_MARKS = {
    "utf-8-sig": codecs.BOM_UTF8,
    "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),  # before UTF-16, whose mark is its first half
    "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
}
_KINDS = [row for row in read_codebook("kinds_of_files") if row["kind"] == "first bytes"]
_KINDS = {bytes.fromhex(row["term"]): (row["reason"], row["remedy"]) for row in _KINDS}
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
# Encodings in which most letters lie beyond ASCII; Western ones cannot be told apart by statistics in a short text.
_FAR = [
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr", "cp1251", "koi8_r", "cp866", "iso8859_5", "cp1253", "iso8859_7",
    "cp1255", "cp1256",
]  # fmt: skip

_ASCII = re.compile(r"[\x00-\x7f]+")
_COMMENT = re.compile(rb"(?s)<!--.*?-->")
_DECLARED = re.compile(
    rb"""(?i)(?:<meta\b[^<>]{0,400}?\scharset\s*=|<meta\b[^<>]{0,400}?;\s*charset\s*="""
    rb"""|<\?xml\b[^<>]{0,200}?\sencoding\s*=|^Content-Type:[^\n]{0,200}?charset=)\s*["']?\s*([\w.:+-]{2,40})""",
    re.MULTILINE,
)
DECLARED_WITHIN = 100_000  # bytes at the beginning of a file
_READ_AS = {name: name for name in ("johab", "cp932", "cp949", "cp950", "maccyrillic", "macroman")}
_READ_AS |= {"gbk": "gb18030", "cp936": "gb18030", "hz-gb-2312": "hz", "iso-2022-kr": "iso2022_kr", "ibm855": "cp855"}
_READ_AS |= {f"{who}{page}": f"cp{page}" for who in ("cp", "ibm") for page in (437, 775, 850, 852, 858)}
_READ_AS |= dict.fromkeys(["utf-8", "utf-16le", "utf-16be", "x-user-defined", "replacement"])
_READ_AS["windows-1252"] = None  # what programs write without looking: nothing vouches for it
_SHIFTED = (b"\x1b$", b"\x1b(", b"~{")  # seven bits a byte, and still no ASCII: ISO-2022 and HZ
# East Asian encodings that write quotation marks and dashes in two bytes, also within an English text.
_WIDE_SIGNS = ("gb18030", "big5hkscs", "cp932", "euc_jp", "cp949")
_WIDE_SIGN = re.compile("[‘’“”–—―…·‧•、。《》（），．：；？！]")
_EAST_ASIAN = re.compile("[§°±·×\u2010-\u2642\u3000-\u9fff\uff01-\uff5e]")
_WIDE_QUOTE = re.compile(
    r"(?<=[A-Za-z])’[a-z]|(?<!\w)“(?=\w)[^“”]*(?<=[\w.,!?…])”(?!\w)|\w—+\w|[\w,] —+ \w|[a-z]…+(?!\S)"
)
_MAC_QUOTE = re.compile(r"(?<=[a-z])Õ(?=[a-z]{1,2}\b)|(?<!\w)Ò(?=\w)[^ÒÓ]*(?<=[a-z.,!?])Ó(?!\w)")

# Lead byte and second byte of UTF-8 as they look when read as Windows-1252, Mac Roman, code page 437 or 1251.
_MOJIBAKE = re.compile(
    r"[\xc2-\xf4][\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|[ÃÂ] |‚Ä|√[^\d\s]|ΓÇ|вЂ|[РС][^\w\s]|Ă[^\w\s]|[\x80-\x9f]"
)
_MOJIBAKE_BEGINS = re.compile(r"[\x80-\x9f\xc2-\xf4Ă‚√ΓвРС]")  # all its first characters: one class is found fast
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,31});")
_BYTE_STRING = re.compile(r"""(?m)^[ \t]*b(['"])(.*)\1[ \t]*$""")
_ESCAPE = re.compile(rb"\\(x[\da-fA-F]{2}|[nrt\\'\"])")


def decode(data: bytes) -> str:
    """Turn the bytes of a file into text, whatever program saved them; raises `UnreadableError` for what is no text."""
    return _decode(data)[0]


def decode_lines(file: BinaryIO) -> tuple[str, Iterator[str]]:
    """Turn a file of any size into lines, as `decode` would, with their ends; give its beginning too, whole."""
    data = file.read(BEGINNING)
    text, encoding, errors = _decode(data, whole=len(data) < BEGINNING)
    if len(data) < BEGINNING:
        return text, io.StringIO(text, newline="")
    parts = io.BytesIO(data), file  # those who opened the file close it
    whole = Stream(lambda n: next(filter(None, (part.read(n) for part in parts)), b""))
    return text, io.TextIOWrapper(io.BufferedReader(whole), encoding, errors, newline="")


class Stream(io.RawIOBase):
    """A file for reading of which a function gives the next bytes, so many at most."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        """Name the function."""
        self.take = read

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as `io` asks."""
        data = self.take(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _decode(data: bytes, *, whole: bool = True) -> tuple[str, str, str]:
    """Decode a file or its beginning; tell how, too (see `_tell_encoding`)."""
    encoding, errors = _tell_encoding(data, whole=whole)
    text = data.decode(encoding, errors)
    if not text.strip("\0 \t\r\n\f\v"):
        raise UnreadableError("is empty; expected a text", "put the text into the file or delete it")
    zeros, controls = text.count("\0"), len(_CONTROL.findall(text))
    if zeros > len(text) / 100 or controls > max(3, len(text) / 100):
        raise _binary(data, "holds control characters and zero bytes in place of words")
    return text, encoding, errors


def _tell_encoding(data: bytes, *, whole: bool) -> tuple[str, str]:
    """Tell the encoding, and what is done with bytes that do not belong there."""
    marked = next((encoding for encoding, marks in _MARKS.items() if data.startswith(marks)), None)
    if encoding := marked or _tell_utf16(data):
        return encoding, "replace"
    if data.startswith(tuple(_KINDS)):
        raise _binary(data, "")
    lines = data if whole else data[: data.rfind(b"\n") + 1] or data  # no half of a character at the end
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError:
        if data.count(0) > len(data) / 100:
            raise _binary(data, "holds zero bytes") from None
        return _tell_single_bytes(lines)
    shifted = data.isascii() and any(map(data.__contains__, _SHIFTED)) and _tell_declared(lines)
    return (shifted, "replace") if shifted else ("utf-8", STRAYS)


def _tell_declared(data: bytes) -> str | None:
    """Tell what the file says of itself, as the web reads such names, where nearly all characters decode so."""
    commented, end, rest = data[:DECLARED_WITHIN].rpartition(b"-->")
    for said in _DECLARED.findall(_COMMENT.sub(b"", commented + end) + rest):
        found = webencodings.lookup(name := said.decode("ascii", "replace").lower())
        encoding = _READ_AS.get(name, _READ_AS.get(found.name, found.codec_info.name) if found else None)
        wide = _ASCII.sub("", data.decode(encoding or "ascii", "replace"))
        if encoding and len(re.findall("[\x80-\x9f\u2320-\u259f\ufffd]", wide)) * 10 <= len(wide):
            return encoding
    return None


def _tell_utf16(data: bytes) -> str | None:
    """Tell UTF-16 without a mark by its zero bytes: many, and nearly all at places of one parity."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) % 2 or max(even, odd) * 20 < len(data) or min(even, odd) * 100 > max(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    with suppress(UnicodeDecodeError):
        text = data.decode(encoding)
        return encoding if len(_CONTROL.findall(text)) * 100 <= len(text) else None
    return None


def _tell_single_bytes(data: bytes) -> tuple[str, str]:
    """Tell what is no clean UTF-8: UTF-8 with strays, a script far from Latin, or a Western encoding."""
    high = len(data.translate(None, bytes(range(0x80))))
    mended = data.decode("utf-8", STRAYS)
    wide = len(mended) - len(mended.encode("ascii", "ignore"))
    # A character that UTF-8 decoded has used up two bytes or more; a stray byte became one character.
    if high - wide > wide / 2:
        return "utf-8", STRAYS
    if declared := _tell_declared(data):
        return declared, "replace"
    if wide := next((encoding for encoding in _WIDE_SIGNS if _is_wide(data.decode(encoding, "replace"))), None):
        return wide, "replace"
    letters = high + len(re.findall(rb"[A-Za-z]", data))
    if high > letters / 3:
        found = from_bytes(data, cp_isolation=_FAR).best()
        return (found.encoding, "replace") if found else ("utf-8", STRAYS)
    western = data.decode(WESTERN)
    return "mac_roman" if len(_MAC_QUOTE.findall(western)) > western.count("’") else WESTERN, "replace"


def _is_wide(text: str) -> bool:
    """Tell an English text whose quotation marks and dashes are two bytes each: read otherwise, they are nonsense."""
    wide = _ASCII.sub("", text)
    signs, known = len(_WIDE_SIGN.findall(wide)), len(_EAST_ASIAN.findall(wide))
    return signs * 2 >= len(wide) and known * 20 >= len(wide) * 19 and bool(_WIDE_QUOTE.search(text))


def _mend_stray(error: Any) -> tuple[str, int]:
    """Read a byte that does not belong into UTF-8 as Windows-1252; a cut last character is lost."""
    if error.reason == "unexpected end of data":
        return "\ufffd", len(error.object)
    return error.object[error.start : error.start + 1].decode(WESTERN), error.start + 1


codecs.register_error(STRAYS, _mend_stray)


def _binary(data: bytes, found: str) -> UnreadableError:
    kinds = [kind for mark, kind in _KINDS.items() if data.startswith(mark)]
    what, remedy = kinds[0] if kinds else (found, "save it as plain text in UTF-8, or delete it")
    return UnreadableError(f"{what}; expected a text", remedy)


def repair(text: str) -> str:
    """Mend characters that a program broke before the text came to us."""
    if "b'" in text or 'b"' in text:
        text = open_byte_strings(text)
    for _ in range(4 if "&" in text else 0):  # an `&amp;` may hide another, but no export does it four times
        text = _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
    if text.isascii():
        return text
    if _MOJIBAKE_BEGINS.search(text) and _MOJIBAKE.search(text):
        # Line by line: ftfy judges a text as a whole, and one rightly read line would save a broken one.
        lines = text.split("\n")
        text = "\n".join(ftfy.fix_encoding(line) if _MOJIBAKE.search(line) else line for line in lines)
    return text.replace("\xa0", " ").replace("\u202f", " ")


def open_byte_strings(text: str) -> str:
    """Turn lines that are Python byte strings, whole, into the text they stand for."""

    def read(line: re.Match[str]) -> str:
        data = line[2].encode("utf-8", "replace")
        data = _ESCAPE.sub(lambda sign: sign[0].decode("unicode_escape").encode("latin-1"), data)
        return data.decode("utf-8", STRAYS)

    return _BYTE_STRING.sub(read, text)


# Signs that stand for letters and digits: letter-like, Roman numerals, ligatures, full-width, mathematical alphabets.
_LIKE_LETTERS = "\u017f\u2102\u210a-\u2113\u2115\u2119-\u211d\u2124\u2128\u212c-\u212d\u212f-\u2131\u2133-\u2134"
_LIKE_LETTERS += "\u2160-\u217f\ufb00-\ufb06\ufb13-\ufb17\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7ff"
_INVISIBLE = r"\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
_INVISIBLE += "\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_SPACES = (
    "\t\u00a0\u115f\u1160\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u2800"
)
_REPAIRED = dict.fromkeys("\r\x0b\x0c\u2028\u2029", "\n") | dict.fromkeys(_SPACES + "\u3000\u3164\uffa0", " ")
_REPAIRED |= {"\u2010": "-", "\u2011": "-", "\u02bc": "’"}
_ODD = re.compile(f"[{_INVISIBLE}{_LIKE_LETTERS}{''.join(_REPAIRED)}]")
_REPAIRED |= {chr(n): bytes([n]).decode("cp1252", "ignore") for n in range(0x80, 0xA0)}  # Windows-1252, misread
_FULL_WIDTH = re.compile("[\uff01-\uff5e]+")


def repair_characters(text: str) -> str:
    """Turn odd characters into plain ones by NFKC where it changes no meaning: not of ², ½, ™ and Chinese stops."""
    text = unicodedata.normalize("NFC", _ODD.sub(_plain_sign, text.replace("\r\n", "\n")))
    if not _FULL_WIDTH.search(text):
        return text
    return "\n".join(line if CJK.search(line) else _FULL_WIDTH.sub(_plain_sign, line) for line in text.split("\n"))


def _plain_sign(found: re.Match[str]) -> str:
    gone = unicodedata.category(found[0][0])[0] in "CM"
    return _REPAIRED.get(found[0], "" if gone else unicodedata.normalize("NFKC", found[0]))


# How often each letter stands in a thousand letters of English; other European languages are near enough.
_PER_THOUSAND = (82, 15, 28, 43, 127, 22, 20, 61, 70, 2, 8, 40, 24, 67, 75, 19, 1, 60, 63, 91, 28, 10, 24, 2, 20, 1)
_LETTERS = dict(zip(string.ascii_lowercase, _PER_THOUSAND, strict=True))
_JOINING_WORDS = re.compile(
    r"\b(?:the|of|and|to|in|is|for|that|de|la|le|les|et|des|que|en|el|los|der|die|das|und|di|il|van|het|da|do)\b"
)
_PACKED = 48
_BASE64 = rf"(?<![\w./:+-])[A-Za-z0-9+/]{{{_PACKED},}}={{0,2}}"
_PICTURE = re.compile(r"data:[\w/+.-]{0,40};base64,[A-Za-z0-9+/=]*")
_HEX = re.compile(r"(?<![^\s|:])(?:0x)?(?:[\da-fA-F]{2}|[\da-fA-F]{4}|[\da-fA-F]{8})(?![^\s|:,])")
_SINGLE = re.compile(r"(?<!\S)[A-Za-zÀ-ÿА-яЁё](?!\S)")
_CODE_SIGNS = ("{", "}", ";", "=", "()")
_CODE = re.compile(
    r"function\s{0,9}\w{0,60}\(|\bvar \w+\s*=|=>\s*\{|\}\s{0,9}[\w.#-]{1,60}\s{0,9}\{"
    r"|[\w-]{1,40}:[^;{}\s][^;{}\n]{0,40}[;}]|\w\(\)[;{]|\w=\w+\("
)
_JSON_KEY = re.compile(r'"[\w@$-]{1,40}"\s*:\s*["\[{\d]?')
_PRIVATE = "[\ue000-\uf8ff\U000f0000-\U0010fffd]"
_GLYPHS = "holds the glyph codes of a PDF in place of letters"
_SHARES = (  # how much of a text may be so
    (0.2, r"/[A-Za-z]{0,4}\d{1,5}\s*(?:/[A-Za-z]{0,4}\d{1,5}\s*){7,}", _GLYPHS),  # begins with a slash: found fast
    (0.1, r"\(cid:\d+\)", _GLYPHS),
    (0.1, _PRIVATE, "holds characters that have a shape in one font only, and no meaning"),
    (0.1, "\ufffd", "holds the mark of a lost character in place of most letters"),
    (0.03, r"[\x00-\x08\x0e-\x1f\x7f-\x9f]", "holds control characters in place of letters"),
    (0.5, _BASE64, "is a file packed into letters (base64 or hexadecimal)"),
)


def find_garble(text: str) -> str:
    """Say in one phrase why a text is no language, such as the glyph codes of a PDF; "" for a text of any language."""
    text = _PICTURE.sub("", text)  # a page with its pictures inside is still a page
    words = text.split()
    ink = sum(map(len, words))
    if not ink:
        return ""
    packed = " ".join(word for word in words if len(word) >= _PACKED)  # elsewhere is no run of that length
    for share, pattern, reason in _SHARES:
        found = re.findall(pattern, packed if pattern is _BASE64 else text)
        if found and sum(len("".join(run.split())) for run in found) > max(share * ink, 9):
            return f"{reason} ({found[0].strip()[:15]}…)" if len(found[0]) > 1 else reason
    lower = text.lower()
    counts = {letter: lower.count(letter) for letter in _LETTERS}
    if code := _find_code(text, ink, counts):
        return code
    single = sum(len(word) == 1 for word in words)
    if len(words) >= 30 and single > 0.6 * len(words) and len(_SINGLE.findall(text)) > 0.6 * len(words):
        return "has its letters set apart by spaces, so that no word can be found"
    return _find_odd_letters(lower, counts)


def _find_code(text: str, ink: int, counts: dict[str, int]) -> str:
    """Find a program, a style sheet or a dump of data: the signs of code are many, and some are unmistakable."""
    keys = sum(map(len, _JSON_KEY.findall(text)))
    if keys > 0.15 * ink:
        return "is data in JSON, not a text"
    if sum(map(text.count, _CODE_SIGNS)) > 0.04 * ink and len(_CODE.findall(text)) >= 3:
        return "is a program or a style sheet, not a text"
    no_digits = sum(count for letter, count in counts.items() if letter not in "abcdefx")
    pairs = _HEX.findall(text) if no_digits < 0.5 * ink else []
    lettered = sum(not pair.isdigit() and any(sign in "0123456789" for sign in pair) for pair in pairs)
    dump = len(pairs) >= 30 and sum(map(len, pairs)) > 0.5 * ink and lettered > 0.2 * len(pairs)
    return "is a dump of bytes in hexadecimal numbers" if dump else ""


def _find_odd_letters(lower: str, counts: dict[str, int]) -> str:
    """Find letters that stand for others, as the fonts of some PDFs leave them."""
    n = sum(counts.values())
    lengths = sum(count**2 for count in counts.values()) * sum(usual**2 for usual in _LETTERS.values())
    usual = sum(counts[letter] * usual for letter, usual in _LETTERS.items()) > 0.72 * lengths**0.5  # the cosine
    if n < 200 or usual or len(_JOINING_WORDS.findall(lower)) > 0.02 * len(lower.split()):
        return ""
    foreign = sum(character.isalnum() for character in lower) > 1.5 * n  # numbers, or another script
    return "" if foreign else "has letters that stand for others, as the fonts of some PDFs leave them"
