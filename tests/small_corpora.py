"""Corpora that leave questions unanswered, of invented texts: one word, one side, no dates, hostile metadata, ..."""

COLUMNS = "id collection side date genre outlet url title text"

# Invented sentences that name both countries, the relationship and terms of the agenda.
TALKS = (
    "China and the United States held constructive talks on tariffs in Geneva. We hope that cooperation deepens.",
    "The United States opposes unfair trade. China must stop subsidies, and tariffs will stay until it does.",
    "Dialogue between China and the United States is welcome. Mutual respect serves the China-US relationship.",
    "We discussed fentanyl, rare earths and export controls with China. The talks were candid and good.",
    "Taiwan is a matter of sovereignty for China. The United States says that its policy on Taiwan is unchanged.",
)
# Invented sentences without a country, an office or a term of the agenda; each stands in one text only.
WEATHER = (
    "Rain fell on the hills at dawn and puddles grew along the lane.",
    "A mild breeze dried the grass before noon, and swallows flew low.",
    "Fog lay over the valley until the sun came through at ten.",
    "Snow stayed on the ridge while the brook ran high below.",
    "Hail tapped on the roof for a minute, then it was silent again.",
    "Clouds passed quickly, leaving a pale rainbow above the orchard.",
    "Frost drew ferns upon the window and the pond froze overnight.",
    "Thunder rolled far off as the haymakers hurried home.",
)
SCRIPT = "<script>alert(1)</script>"
DOLLARS = "$5 billion and $6 <b>x</b> *y* 中美"
# A folder may be called so; a slash it cannot hold.
FOLDER = "<script>alert(11)<b>*_[x](javascript:alert(12)) `c` {raw}$x$ 中 #"
HOSTILE = (  # title, outlet, address
    (SCRIPT, '<img src=x onerror="alert(2)">', "javascript:alert(3)"),
    ('" onmouseover="alert(4)', "Gazette & <b>Sons</b>", "https://example.org/<script>alert(5)</script>"),
    (DOLLARS, "$x^2 of $5 billion and $6", "data:text/html,<script>alert(6)</script>"),
    ("$\\frac{1}$ \\alpha {curly}", "The $ave $", "JaVaScRiPt:alert(7)"),
    ("*bold* _it_ [link](javascript:alert(8)) `code`", "| a | b | **c** # d", "[x](javascript:alert(9))"),
    ("W" * 300, "V" * 120, "https://example.org/" + "u" * 400),
    ("\u202eright to left\u202c שלום", "السلام", "http://\u202eexample.org"),
    ("中美会谈", "新闻网", "https://例子.example/中"),
    ("{{ config }} ${HOME} %s {0}", "{outlet} %(x)s", "vbscript:alert(13)"),
    ("```\n:::{raw} html", ":::{raw} html", "  javascript:alert(10)"),
    ("{raw}`x` <!-- -->", "</table></div>", "//example.org/onlyhost"),
    ("=cmd|' /C calc'!A0", "\\textbf{x} ~ ^", "ftp://example.org/x"),
)


def _rows(n_us, n_cn, dates, texts=TALKS):
    """Rows of as many texts of either side, each with a sentence of its own; `dates` is a format of the number."""
    sides = ["US"] * n_us + ["CN"] * n_cn
    return [
        (f"d{n}", None, side, dates.format(n + 1), "statement", "Invented Post", None, f"Invented title {n}",
         f"{texts[n % len(texts)]} Paper number {n} was read.")
        for n, side in enumerate(sides)
    ]  # fmt: skip


def _hostile():
    """Twelve texts of one side, four of them without a date, every cell for readers against them."""
    for n, (row, (title, outlet, url)) in enumerate(zip(_rows(0, 12, "2025-05-{:02}"), HOSTILE, strict=True)):
        doc_id, _, side, date, *_, text = row
        genre = ("statement", "press_conference", "<i onclick=alert(14)>$2 and $3")[n % 3]
        given = (doc_id, DOLLARS, side, date if n < 8 else None, genre, outlet, url, title)
        yield (*given, f"{text} It cost $5 billion and $6 in all; <b>bold</b> {SCRIPT}")


def _nothing_known(text):
    return [("d0", *[None] * 7, text)]


CORPORA = {
    "single": _nothing_known(TALKS[0]),
    "word": _nothing_known("Peace"),
    "one side": _rows(3, 0, "2025-05-{:02}"),
    "undated": _rows(5, 5, ""),
    "three each": _rows(3, 3, "2025-05-{:02}"),
    "weather": _rows(4, 4, "2025-05-{:02}", WEATHER),
    "2018": _rows(5, 5, "2018-05-{:02}"),
    "hostile": list(_hostile()),
}
