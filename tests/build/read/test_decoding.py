"""Decoding: bytes, broken characters and texts that are no language. All sample texts are invented."""

import base64
import codecs
import csv
import html
import io
import json
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read import encoding as encodings
from analysis_helpers.build.read.encoding import decode, decode_lines, find_garble, repair
from analysis_helpers.errors import UnreadableError
from tests.conftest import ROOT, by_hand, read_gold

MESSY = ROOT.parent / "shared/messy"
FISH = (
    "The ministers of the two countries met in the old harbour town on Monday, and they agreed that the talks would "
    "go on in the spring, when the boats come back and the lawyers have counted the fish of the season. "
) * 3


@by_hand("encodings")
def test_bytes_of_any_usual_encoding_are_read(encoding, text):
    assert decode(text.encode(encoding)) == text


QUOTED = "The envoy called it “candid”, and the two sides’ teams meet again—soon. “It’s a start,” she said."
HEADS = {
    "html": '<html><head><META CHARSET="{}"></head><body>',
    "http-equiv": "<!-- charset --><meta http-equiv='Content-Type' content='text/html; charset={}'>",
    "xml": '<?xml version="1.0" encoding="{}"?>\n<html>',
    "mail": "MIME-Version: 1.0\nContent-Type: text/plain; charset={}\n\n",
    "hidden": "<!-- <meta charset=koi8-r> --><meta charset={}>",
}
# What a file says, and in which encoding of Python's it then is: the Encoding standard of the WHATWG.
SAID = {
    "gb2312": "gb18030", "GBK": "gb18030", "x-gbk": "gb18030", "Big5": "cp950", "big5-hkscs": "big5hkscs",
    "iso-8859-1": "cp1252", "us-ascii": "cp1252", "iso-8859-9": "cp1254", "windows-1250": "cp1250",
    "windows-1251": "cp1251", "x-cp1251": "cp1251", "windows-1253": "cp1253", "windows-1255": "cp1255",
    "windows-1256": "cp1256", "windows-1257": "cp1257", "windows-1258": "cp1258", "tis-620": "cp874",
    "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic", "utf-8": "utf-8",
}  # fmt: skip
EASTERN = {
    "Shift_JIS": "cp932", "x-sjis": "cp932", "euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp", "johab": "johab",
    "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "iso-2022-kr": "iso2022_kr",
}  # fmt: skip
CLOSED = ("iso2022_jp", "iso2022_kr", "johab")  # undeclared, nothing tells them


@pytest.mark.parametrize("said", [*SAID, *EASTERN])
@pytest.mark.parametrize("head", HEADS)
def test_what_a_file_declares_is_believed(said, head):
    text = HEADS[head].format(said) + (QUOTED if said in SAID else QUOTED.replace("—", "―"))
    assert decode(text.encode((SAID | EASTERN)[said])) == text


FALSE = ("koi8-r", "gb2312", "big5", "shift_jis", "iso-8859-2", "utf-8", "utf-7", "hex", "no")
UNSEEN = ("iso-8859-1", "windows-1252", "utf-8", "ascii")  # what a program declares without looking


@pytest.mark.parametrize(
    ("said", "encoding"),
    [*product(FALSE, ["utf-8", "cp1252"]), *product(UNSEEN, ["gb18030", "big5", "mac_roman"])],
)
def test_a_false_declaration_is_not_believed(said, encoding):
    text = HEADS["html"].format(said) + QUOTED
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize("encoding", sorted({*SAID.values(), *EASTERN.values()}.difference(CLOSED)))
@pytest.mark.parametrize("text", [QUOTED, "“No,” she said.", "It’s all there was."])
def test_quotation_marks_need_no_declaration(encoding, text):
    """Korean and Chinese write a dash in the same two bytes, which are two characters of Unicode."""
    text = text if encoding in SAID.values() else text.replace("—", "―")
    assert decode(text.encode(encoding)).replace("—", "―") == text.replace("—", "―")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32", "cp1252", "gb18030"])
def test_lines_of_a_large_file_are_those_of_a_small_one(encoding, monkeypatch):
    """In a large file, a character may lie across the end of the beginning, which decides on the encoding."""
    word = "双方讨论了鱼。" if encoding == "gb18030" else "The café"
    data = "".join(f"{word} {n}{end}" for n, end in enumerate(["\n", "\r\n", "\r", "\n\n"] * 30)).encode(encoding)
    expected = decode(data)
    for size in range(400, 408, 2):
        monkeypatch.setattr(encodings, "BEGINNING", size)
        beginning, lines = decode_lines(io.BytesIO(data))
        assert list(lines) == list(io.StringIO(expected, newline=""))
        assert expected.startswith(beginning[:-1])


def test_a_large_file_may_hold_stray_bytes_later_and_may_be_no_text(monkeypatch):
    monkeypatch.setattr(encodings, "BEGINNING", 20)
    data = "The café was closed.\n".encode() * 3 + b"It\x92s late.\n"
    assert list(decode_lines(io.BytesIO(data))[1]) == ["The café was closed.\n"] * 3 + ["It’s late.\n"]
    with pytest.raises(UnreadableError, match="PDF"):
        decode_lines(io.BytesIO(b"%PDF-1.7" + b"\n" * 90))


def test_single_stray_bytes_do_not_spoil_a_text_in_utf8():
    assert decode("café l’été, ".encode() + b"it\x92s late") == "café l’été, it’s late"
    assert decode(FISH.encode() + "a fiancé, a café, ".encode() + b"it\x92s") == FISH + "a fiancé, a café, it’s"
    assert decode("déjà vu à midi – où".encode()[:-1]) == "déjà vu à midi – o\ufffd"


NO_TEXTS = {
    b"": "is empty", codecs.BOM_UTF16_LE: "is empty", b"\0\0\0\0": "is empty",
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + bytes(range(256)) * 3: "is a JPEG picture",
    b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj": "is a PDF",
    b"PK\x03\x04\x14\x00\x06\x00": "is a zip archive or an office document",
    b"MZ\x90\x00\x03\x00\x00\x00\x04" * 20: "holds zero bytes",
    b"\x01\x02\x03\x04\x05\x06abc": "holds control characters and zero bytes in place of words",
}  # fmt: skip


@pytest.mark.parametrize("data", NO_TEXTS)
def test_what_is_no_text_is_refused_with_its_reason(data):
    with pytest.raises(UnreadableError, match=f"^{NO_TEXTS[data]}; expected a text; .") as refused:
        decode(data)
    assert refused.value.remedy


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_utf8_comes_back_as_it_was(text):
    assert decode(b"The fish came late. " + text.encode()) == "The fish came late. " + text


MENDED = {
    "The ministerâ€™s plan": "The minister’s plan", "the cafÃ© closed": "the café closed",
    "ItÃ¢â‚¬â„¢s late": "It’s late", "don‚Äôt": "don’t", "ä¸­å›½": "中国", "&acirc;&euro;&trade;s": "’s",
    "a rightly read line “here”\nand donâ€™t": "a rightly read line “here”\nand don’t",
    "fish &amp;amp; chips": "fish & chips", "two\u00a0words, 5\u202f%": "two words, 5 %",
    r"b'It\xe2\x80\x99s \'late\'.\n\tWe met.\\'": "It’s 'late'.\n\tWe met.\\",
    "A heading\n\nb'<p>caf\\xc3\\xa9</p>'\n": "A heading\n\n<p>café</p>\n",
}  # fmt: skip


@pytest.mark.parametrize(("broken", "mended"), MENDED.items())
def test_broken_characters_are_mended(broken, mended):
    assert repair(broken) == mended


ORDINARY = [
    "“Straight” and 'curly’ quotes — stay…", "AT&T, R&D; x < 5 && y > 3; https://example.org/?a=1&copy=2&lt=3",
    "naïve Ångström, «été», São, Übergröße, “café”, Łódź, İstanbul", "双方讨论了鱼。 Министры говорили. 👩‍🔬 🇺🇳",
    "He said b'day and b'ars and went home b'", "",
]  # fmt: skip


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_the_very_same_string(text):
    assert repair(text) is text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200))
def test_repair_never_fails_and_mended_text_stays(text):
    mended = repair(text)
    assert isinstance(find_garble(text), str)
    if text.isascii() and "&" not in text:
        assert repair(mended) == mended


def test_real_statements_come_through_unchanged(originals):
    changed, seen = [], 0
    for name in ("statements_2025.jsonl", "white_house_2021_2024.jsonl"):
        for line in (originals / name).read_text(encoding="utf-8").splitlines():
            text = json.loads(line)["text"]
            seen += 1
            plain = html.unescape(text.replace("\u00a0", " ").replace("\u202f", " "))
            if (mended := repair(text)) is not text:
                changed.append(text)
                assert mended == plain
                assert repair(mended) is mended
            assert not find_garble(text), json.loads(line)["id"]
    assert seen == 1857
    assert len(changed) == 7  # six hold no-break spaces, one the entity of an ampersand


@pytest.mark.skipif(not MESSY.is_dir(), reason="the messy files are not on this machine")
def test_real_byte_strings_become_pages_and_what_is_no_language_is_told():
    for path in (MESSY / "byte_string_bodies").iterdir():
        text = repair(decode(path.read_bytes()))
        assert not [sign for sign in ("\\x", "b'<", "\xa0") if sign in text]
    found = {path.name[:3]: find_garble(decode(path.read_bytes())) for path in (MESSY / "garbled_pdf").iterdir()}
    assert found["CHN"].startswith("holds the glyph codes of a PDF")
    assert found["AGO"] == ""
    for path in (MESSY / "tables").iterdir():
        text = decode(path.read_bytes())
        rows = csv.DictReader(text.splitlines(keepends=True))
        assert not [row["text"] for row in rows if find_garble(repair(row["text"] or ""))]


GARBLE = {row["case"]: (row["text"] * int(row["times"]), row["reason"]) for row in read_gold("garble")}
GARBLE |= {
    "base64": (base64.b64encode(FISH.encode()).decode(), "packed"),
    "one hexadecimal run": (FISH.encode().hex(), "packed"),
    "hexadecimal pairs": (FISH.encode().hex(" "), "hexadecimal"),
    "letters apart": (" ".join(FISH), "set apart"),
    "shifted by 29": ("".join(chr(ord(x) - 29) if ord(x) > 60 else x for x in FISH), "stand for others"),
    "control characters": ("".join(chr(x % 32) for x in range(80)) + "word", "control"),
    "capitals": (FISH.upper(), ""),
    "noisy scan": (FISH.replace("the", "tlie").replace("h", "li").replace(". ", " . ·~ "), ""),
    "picture inside": (f"The talks went on. ![](data:image/png;base64,{base64.b64encode(FISH.encode()).decode()})", ""),
    "spaced heading": ("A G E N D A\n" + FISH, ""),
}


@pytest.mark.parametrize(("text", "reason"), GARBLE.values(), ids=GARBLE)
def test_garble_is_found_with_its_reason_and_language_is_none(text, reason):
    assert reason in find_garble(text)
    assert bool(find_garble(text)) == bool(reason)
