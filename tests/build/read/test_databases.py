"""Exports of databases. All articles, outlets and people are invented for these tests; only the layouts are real."""

import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.read.databases import explain_no_text, is_zotero, link_attachments, split_export

NB = "\u00a0"

NEXIS = f"""User Name: A. Scholar
Date and Time: Friday, March 19, 2021 10:12:00 AM EDT
Job Number: 139000001
Documents (4)
1. Envoys meet in Lisbon after a long pause
Client/Matter: -None-
Search Terms: talks
Search Type: NaturalAnd
2. Ferries
Client/Matter: -None-
Narrowed by:
Content Type\tNarrowed by
News\tTimeline: Mar 01, 2021 to Mar 31, 2021
| About LexisNexis | Privacy Policy | Terms & Conditions | Copyright © 2021 LexisNexis
Envoys meet in Lisbon after a long pause
The Daily Sample
March 18, 2021 Thursday
Late Edition - Final
Copyright 2021 The Daily Sample Company All Rights Reserved
Section:{NB}Section A; Column 0; Foreign Desk; Pg. 1
Length:{NB}41 words
Byline:{NB}By ANNA INVENTED and BO MADEUP
Highlight:{NB}The first meeting in a year.
Dateline:{NB}LISBON
Body
Both sides met in Lisbon on Thursday.
Body
Length: two metres, said the carpenter of the table.
March 17, 2021
Language: plain, she added, and no more than that.
They will meet again in May.
Graphic
PHOTO: The table. (PHOTOGRAPH BY CY NOBODY)
Classification
Language:{NB}ENGLISH
Publication-Type:{NB}Newspaper
Subject:{NB}TALKS (90%); TABLES (60%)
Load-Date:{NB}March 19, 2021
End of Document
A ferry is named
Harbour Wire
18 March 2021
Copyright 2021 Harbour Wire
Length:{NB}9 words
Body
The ferry will be named{NB}next week.
Classification
Language:{NB}ENGLISH
Load-Date:{NB}March 18, 2021
End of Document
双方在里斯本会面
样本日报
2021年3月18日 星期四
Copyright 2021 样本日报 All Rights Reserved
Length:{NB}12 words
Body
双方星期四在里斯本会面。
他们五月将再次会面。
Classification
Language:{NB}CHINESE; 中文
Load-Date:{NB}March 18, 2021
End of Document
Only a headline was sold
The Daily Sample
March 16, 2021 Tuesday
Copyright 2021 The Daily Sample Company All Rights Reserved
Length:{NB}0 words
Classification
Language:{NB}ENGLISH
Load-Date:{NB}March 16, 2021
End of Document
The last one has no end
Harbour Wire
March 15, 2021 Monday 5:30 PM GMT
Copyright 2021 Harbour Wire
Section:{NB}NEWS
Length:{NB}6 words
Body
The download stopped too early.
Classification
Language:{NB}ENGLISH
Load-Date:{NB}March 15, 2021
"""

LEXIS = """



Download Request: Selected Items: 1-3
Time Of Request: Friday, March 19, 2021  16:51:31


                               1 of 3 DOCUMENTS



                                The Old Sample

                            January 11, 2010 Monday
                                   Edition 1;
                                    Scotland

Envoys meet in Oslo, and the
headline needs two lines

BYLINE: Dee Fictitious

SECTION: FEATURES; Pg. 6

LENGTH: 355 words

Both sides met in Oslo on Monday. This
line was broken by the program.

LANGUAGE: that was the word he used, and he went on.

They parted as friends.
They did.
For now.
More or less.
So it seemed.
To most.
Of us.
Here.
Anyway.

LOAD-DATE: January 11, 2010

LANGUAGE: ENGLISH

PUBLICATION-TYPE: Newspaper


                       Copyright 2010 Old Sample Ltd
                              All Rights Reserved

                               2 of 3 DOCUMENTS

                       Copyright 2010 Harbour Press
                            Harbour Press

January 12, 2010 Tuesday

SECTION: Business; Pg. 14
LENGTH: 8 words
HEADLINE: A label in place of a line
BYLINE: Ed Noone
LANGUAGE: ENGLISH

BODY:
The body has a label of its own.

LOAD-DATE: January 13, 2010

                               3 of 3 DOCUMENTS


                                The Old Sample

                            January 13, 2010 Wednesday

A photograph without words

LENGTH: 0 words

LOAD-DATE: January 13, 2010
"""

LEXIS_GERMAN = """                               Dokument 1 von 1


                               Das Muster

                           18. März 2010 Donnerstag

Gesandte treffen sich

AUTOR: Fritz Erfunden

RUBRIK: Politik; S. 4

LÄNGE: 9 Wörter

Beide Seiten trafen sich am Donnerstag in Bern.

UPDATE: 19. März 2010

SPRACHE: GERMAN; DEUTSCH
"""

FACTIVA = """SE\tWorld News
HD\tEnvoys meet in Geneva
BY\tBy Gil Untrue
CR\tSample Wire
WC\t823 words
PD\t18 March 2021
ET\t03:15
SN\tSample News Agency
SC\tSAMPLE
LA\tEnglish
CY\tCopyright 2021. Sample News Agency. All Rights Reserved.
LP
GENEVA, March 18 (Sample) -- Both sides met in Geneva.
BY then it was late.
IN the end they agreed to meet again.
TD
LP
NS was not a code in this line, nor was the line above.
Document that, said the envoy.
They will meet in May.
CO
abcde : Invented Holding
IN
i1 : Talking
NS
gdip : International Relations
RE
swi : Switzerland | eurz : Europe
PUB
Sample Publishing
AN
Document SAMPLE0020210318eh3i00001

HD\t双方在日内瓦会面
WC\t12 字
PD\t2021 年 3 月 19 日
SN\t样本社
SC\tYBS
LA\tChinese - Simplified
CY\tCopyright 2021.
LP
双方星期五在日内瓦会面。
AN\tDocument YBS0000020210319eh3j00002

HD\tA headline alone
WC\t4 words
PD\t20 March 2021
SN\tSample News Agency
SC\tSAMPLE
LA\tEnglish
AN\tDocument SAMPLE0020210320eh3k00003

Search Summary
Text\tgeneva and talks
Date\t01/03/2021 to 31/03/2021
Results Found\t3

© 2021 Factiva, Inc. All rights reserved.
"""

FACTIVA_ALONE = """HD
Envoys meet in Geneva

BY
Gil Untrue

WC
23 words

PD
18 March 2021

SN
Sample News Agency

SC
SAMPLE

LA
English

LP
Both sides met in Geneva.

TD
They will meet in May.

AN
Document SAMPLE0020210318eh3i00001

HD
The last has no end

WC
4 words

PD
19 March 2021

SN
Sample News Agency

SC
SAMPLE

LA
English

LP
The download stopped early.
"""

FACTIVA_SPACES = FACTIVA.replace("\t", "  ")

FACTIVA_PLAIN = """World News
Envoys meet in Geneva, and a headline is long
By Gil Untrue
823 words
18 March 2021
03:15
Sample News Agency
SAMPLE
English
Copyright 2021. Sample News Agency.
All Rights Reserved.
GENEVA, March 18 (Sample) -- Both sides met in Geneva.
LP
18 March 2021
They will meet in May.
Document SAMPLE0020210318eh3i00001

Page 2 of 3 © 2021 Factiva, Inc. All rights reserved.

A ferry is named

9 words

19 March 2021

Harbour Wire

HARWIR

English

© 2021 Harbour Wire

The ferry will be named next week.

Nobody was asked.

Document HARWIR0020210319eh3j00002

No notice of rights here
1,204 words
20 March 2021
Harbour Wire
HARWIR
12
English
The ferry was named.
Document HARWIR0020210320eh3k00003
Only a headline here
3 words
21 March 2021
Harbour Wire
HARWIR
English
Copyright 2021 Harbour Wire
Document HARWIR0020210321eh3l00004

Search Summary
Text ferry

© 2021 Factiva, Inc. All rights reserved.
"""

RULE = "_" * 60
PROQUEST = f"""{RULE}

Report Information from ProQuest
19 March 2021 10:12

{RULE}

Table of contents

1. Envoys meet in Vienna........................ 1

{RULE}

Document 1 of 3

Envoys meet in Vienna

Author: Untrue, Hal

Publication info: The Vienna Sample ; Vienna [Vienna]18 Mar 2021: A.1.

http://search.example.org/docview/1?accountid=1

Abstract: Both sides met.

Links: http://resolver.example.org/1

Full text: Both sides met in Vienna on Thursday.

Author: that is what he called himself, and nothing else.

He spoke for an hour.

Nobody interrupted him.

He then left the room.

And all was quiet again.

Subject: Talks; Envoys

Location: Vienna

Title: Envoys meet in Vienna

Publication title: The Vienna Sample; Vienna

First page: A.1

Publication year: 2021

Publication date: Mar 18, 2021

Section: A

Publisher: Sample & Co

Place of publication: Vienna

Country of publication: Austria

Source type: Newspapers

Language of publication: English

Document type: News

ProQuest document ID: 1000001

Document URL: http://search.example.org/docview/1000001

Copyright: (Copyright (c) 2021 The Vienna Sample)

Last updated: 2021-03-19

Database: Sample Newsstream

{RULE}

Document 2 of 3

A letter with a line below

Abstract: None available.

Full text: Sign here, please.

{RULE}

That was the whole letter.

Title: A letter with a line below

Publication title: Harbour Wire

Publication date: Mar 19, 2021

Source type: Wire Feeds

ProQuest document ID: 1000002

Document URL:
http://search.example.org/docview/1000002

Last updated: 2021-03-20

Database: Sample Newsstream

{RULE}

Document 3 of 3

An abstract and no more

Author: Untrue, Ida

Abstract: Both sides met.

Title: An abstract and no more

Publication title: Harbour Wire

Publication date: Mar 20, 2021

Source type: Wire Feeds

ProQuest document ID: 1000003

Document URL: http://search.example.org/docview/1000003

Database: Sample Newsstream

{RULE}

Contact ProQuest
Copyright © 2021 ProQuest LLC. All rights reserved.
"""
PROQUEST_PAGE = "\n".join(line for line in PROQUEST.split("\n") if line not in {"", RULE} and " of 3" not in line)


def seen(record):
    """What the export says of an article, in one row: title, outlet, date, author."""
    return tuple(record.get(name) for name in ("title", "outlet", "date", "author"))


def test_nexis_uni_gives_its_articles_without_the_cover():
    articles = split_export(NEXIS)
    assert [seen(article) for article in articles] == [
        (
            "Envoys meet in Lisbon after a long pause",
            "The Daily Sample",
            "March 18, 2021 Thursday",
            "By ANNA INVENTED and BO MADEUP",
        ),
        ("A ferry is named", "Harbour Wire", "18 March 2021", None),
        ("双方在里斯本会面", "样本日报", "2021年3月18日 星期四", None),
        ("Only a headline was sold", "The Daily Sample", "March 16, 2021 Tuesday", None),
        ("The last one has no end", "Harbour Wire", "March 15, 2021 Monday 5:30 PM GMT", None),
    ]
    assert [article["where"] for article in articles] == [f"article {number}" for number in range(1, 6)]


def test_nexis_uni_bodies_hold_their_words_and_no_label():
    articles = split_export(NEXIS)
    assert articles[0]["text"].split("\n") == [
        "Both sides met in Lisbon on Thursday.",
        "Body",
        "Length: two metres, said the carpenter of the table.",
        "March 17, 2021",
        "Language: plain, she added, and no more than that.",
        "They will meet again in May.",
    ]
    assert articles[1]["text"] == "The ferry will be named next week."
    assert articles[2]["text"] == "双方星期四在里斯本会面。\n他们五月将再次会面。"
    assert articles[4]["text"] == "The download stopped too early."


def test_an_article_without_body_says_so_and_keeps_its_place():
    article = split_export(NEXIS)[3]
    assert "text" not in article
    assert article["reason"] == (
        "article 4 of the export has no body (headline only); expected an article in full text"
    )
    assert article["remedy"] == "export it again as full text or delete it"


def test_two_nexis_articles_without_an_end_between_them_stay_two():
    text = NEXIS.replace("End of Document\nA ferry", "A ferry")
    assert [seen(article) for article in split_export(text)] == [seen(article) for article in split_export(NEXIS)]


def test_a_nexis_headline_of_two_lines_is_one_title():
    text = NEXIS.replace("A ferry is named\n", "A ferry\nis named\n")
    assert split_export(text)[1]["title"] == "A ferry is named"


def test_one_nexis_article_without_cover_or_outlet():
    start = NEXIS.index("A ferry")
    text = NEXIS[start : NEXIS.index("双方")].replace("Harbour Wire\n18", "18")
    (article,) = split_export(text)
    assert seen(article) == ("A ferry is named", None, "18 March 2021", None)
    assert article["text"] == "The ferry will be named next week."


def test_older_lexisnexis_gives_its_articles():
    articles = split_export(LEXIS)
    assert [seen(article) for article in articles] == [
        (
            "Envoys meet in Oslo, and the headline needs two lines",
            "The Old Sample",
            "January 11, 2010 Monday",
            "Dee Fictitious",
        ),
        ("A label in place of a line", "Harbour Press", "January 12, 2010 Tuesday", "Ed Noone"),
        ("A photograph without words", "The Old Sample", "January 13, 2010 Wednesday", None),
    ]
    text = articles[0]["text"]
    assert text.startswith("Both sides met in Oslo on Monday. This\nline was broken")
    assert "LANGUAGE: that was the word" in text
    assert text.endswith("Here.\nAnyway.")
    assert articles[1]["text"] == "The body has a label of its own."
    assert "reason" in articles[2]


def test_older_lexisnexis_in_german():
    (article,) = split_export(LEXIS_GERMAN)
    assert seen(article) == ("Gesandte treffen sich", "Das Muster", "18. März 2010 Donnerstag", "Fritz Erfunden")
    assert article["text"] == "Beide Seiten trafen sich am Donnerstag in Bern."


@pytest.mark.parametrize("text", [FACTIVA, FACTIVA_SPACES, FACTIVA.replace("HD\t", "HD\n")])
def test_factiva_with_field_codes(text):
    articles = split_export(text)
    assert [seen(article) for article in articles] == [
        ("Envoys meet in Geneva", "Sample News Agency", "18 March 2021", "By Gil Untrue"),
        ("双方在日内瓦会面", "样本社", "2021 年 3 月 19 日", None),
        ("A headline alone", "Sample News Agency", "20 March 2021", None),
    ]
    body = articles[0]["text"].split("\n")
    assert body[0] == "GENEVA, March 18 (Sample) -- Both sides met in Geneva."
    assert body[1:3] == ["BY then it was late.", "IN the end they agreed to meet again."]
    assert body[-4:] == [
        "LP",
        "NS was not a code in this line, nor was the line above.",
        "Document that, said the envoy.",
        "They will meet in May.",
    ]
    assert articles[1]["text"] == "双方星期五在日内瓦会面。"
    assert "reason" in articles[2]


def test_a_sentence_that_begins_like_a_factiva_field_is_not_one():
    text = FACTIVA.replace("双方星期五在日内瓦会面。", "双方星期五在日内瓦会面。\nIN May they meet.\nRE that, nothing.")
    assert split_export(text)[1]["text"].endswith("IN May they meet.\nRE that, nothing.")


def test_factiva_with_codes_on_lines_of_their_own_and_a_last_article_without_end():
    articles = split_export(FACTIVA_ALONE)
    assert [seen(article) for article in articles] == [
        ("Envoys meet in Geneva", "Sample News Agency", "18 March 2021", "Gil Untrue"),
        ("The last has no end", "Sample News Agency", "19 March 2021", None),
    ]
    assert articles[0]["text"].replace("\n", "") == "Both sides met in Geneva.They will meet in May."
    assert articles[1]["text"] == "The download stopped early."


def test_factiva_without_field_codes():
    articles = split_export(FACTIVA_PLAIN)
    assert [seen(article) for article in articles] == [
        ("Envoys meet in Geneva, and a headline is long", "Sample News Agency", "18 March 2021", "By Gil Untrue"),
        ("A ferry is named", "Harbour Wire", "19 March 2021", None),
        ("No notice of rights here", "Harbour Wire", "20 March 2021", None),
        ("Only a headline here", "Harbour Wire", "21 March 2021", None),
    ]
    assert articles[0]["text"].split("\n") == [
        "GENEVA, March 18 (Sample) -- Both sides met in Geneva.",
        "LP",
        "18 March 2021",
        "They will meet in May.",
    ]
    assert articles[1]["text"] == "The ferry will be named next week.\n\nNobody was asked."
    assert articles[2]["text"] == "The ferry was named."
    assert articles[3]["reason"].startswith("article 4 of the export has no body")


@pytest.mark.parametrize("text", [PROQUEST, PROQUEST_PAGE], ids=["txt", "html"])
def test_proquest(text):
    articles = split_export(text)
    assert [seen(article) for article in articles] == [
        ("Envoys meet in Vienna", "The Vienna Sample; Vienna", "Mar 18, 2021", "Untrue, Hal"),
        ("A letter with a line below", "Harbour Wire", "Mar 19, 2021", None),
        ("An abstract and no more", "Harbour Wire", "Mar 20, 2021", "Untrue, Ida"),
    ]
    assert [article["url"][-7:] for article in articles] == ["1000001", "1000002", "1000003"]
    first = articles[0]["text"]
    assert first.startswith("Both sides met in Vienna on Thursday.")
    assert "Author: that is what he called himself" in first
    assert first.endswith("And all was quiet again.")
    assert articles[1]["text"].split("\n")[0] == "Sign here, please."
    assert articles[1]["text"].split("\n")[-1] == "That was the whole letter."
    assert "reason" in articles[2]


def test_proquest_without_full_text_says_so():
    text = PROQUEST.replace("Full text: Both sides", "Full text: None available.\n\nSubject: Both sides")
    start, end = text.index("Subject: Both"), text.index("Subject: Talks")
    first = split_export(text[:start] + text[end:])[0]
    assert first["title"] == "Envoys meet in Vienna"
    assert "text" not in first


SAMPLES = {
    "nexis": NEXIS,
    "lexis": LEXIS,
    "factiva": FACTIVA,
    "factiva alone": FACTIVA_ALONE,
    "factiva plain": FACTIVA_PLAIN,
    "proquest": PROQUEST,
}


@pytest.mark.parametrize("name", SAMPLES)
def test_windows_line_ends_and_no_break_spaces_change_nothing(name):
    text = SAMPLES[name]
    assert split_export(text.replace("\n", "\r\n")) == split_export(text)
    assert split_export("\ufeff" + text.replace(" ", NB)) == split_export(text)


@pytest.mark.parametrize("name", SAMPLES)
def test_blank_lines_between_all_paragraphs_change_no_word(name):
    text = SAMPLES[name].replace("                                   Edition 1;\n", "").replace("    Scotland\n", "\n")
    once, wide = split_export(text), split_export(text.replace("\n", "\n\n"))
    assert [seen(article) for article in wide] == [seen(article) for article in once]
    assert [article.get("text", "").split() for article in wide] == [
        article.get("text", "").split() for article in once
    ]


NO_EXPORTS = {
    "empty": "",
    "length in a sentence": "Length: 5 words. That was the whole speech.\n\nBody language said the rest.",
    "labels of a press release": (
        "Press release\nThe Harbour Office\nMarch 18, 2021\nCopyright 2021 The Harbour Office\nLength: 300 words\n"
        "Byline: Press office\nBody\nThe ferry will be named next week.\nLanguage: English\n"
    ),
    "end of document": "A memorandum\n\nThe ferry will be named next week.\n\nEnd of Document\n",
    "briefing": "Q: Document 7?\nA: That one.\nBY the way\nTD and LP are initials.\nHD video was made.\nSN: none\n",
    "initials of senators": "\n".join(f"{code} spoke for a minute." for code in ["HD", "PD", "SN", "LA", "WC", "LP"]),
    "codes in a column": "HD\nWC\nPD\nSN\nSC\nLA\nLP\nTD\nAN\n",
    "words and a date": "It was a talk of\n823 words\n18 March 2021\nand Document 12 was read.\n",
    "a form": f"Title: Envoy\nAuthor: Untrue\n{RULE}\nSection: B\nSubject: Talks\n{RULE}\nCopyright: none\n",
    "an interview": "Title: no.\nFull text: yes, she said.\nAbstract: never.\nPublication date: unknown.\n",
    "numbered documents": "1 of 3 DOCUMENTS\nwas lost, the office said.\n\nThe other two were found.\n",
    "how to": "Nexis prints Load-Date: and End of Document; Factiva prints HD, PD and SN; ProQuest prints Full text:.",
}


@pytest.mark.parametrize("name", NO_EXPORTS)
def test_an_ordinary_text_is_no_export(name):
    assert split_export(NO_EXPORTS[name]) is None


def check_records(records):
    assert records is None or records
    for number, record in enumerate(records or [], start=1):
        assert record["where"] == f"article {number}"
        assert ("text" in record) != ("reason" in record)
        assert ("reason" in record) == ("remedy" in record)
        assert all(isinstance(value, str) and value for value in record.values())


@given(st.text())
def test_any_text_gives_records_or_none(text):
    check_records(split_export(text))


@given(st.sampled_from(sorted(SAMPLES)), st.randoms(use_true_random=False), st.integers(0, 30))
def test_a_damaged_export_gives_records_or_none(name, lot, cuts):
    lines = SAMPLES[name].split("\n")
    for _ in range(cuts):
        at, other = lot.randrange(len(lines)), lot.randrange(len(lines))
        change = lot.choice(["delete", "double", "swap"])
        if change == "delete" and len(lines) > 1:
            del lines[at]
        elif change == "double":
            lines.insert(other, lines[at])
        else:
            lines[at], lines[other] = lines[other], lines[at]
    check_records(split_export("\n".join(lines)))


@pytest.mark.parametrize("name", SAMPLES)
def test_two_exports_in_one_file_give_the_articles_of_both(name):
    once = split_export(SAMPLES[name])
    twice = split_export(SAMPLES[name] + "\n" + SAMPLES[name])
    assert [seen(article) for article in twice] == 2 * [seen(article) for article in once]
    assert [article.get("text") for article in twice] == 2 * [article.get("text") for article in once]


LONG = {
    **{name: text * (100_000 // text.count("\n")) for name, text in SAMPLES.items()},
    "one nexis article": NEXIS.replace("Both sides", "A line of a very long article.\n" * 100_000 + "Both sides", 1),
    "one label": "Load-Date: March 18, 2021\n" * 100_000 + "Body\n",
    "bodies": "Body\nLoad-Date: x\nLength: 3 words\nCopyright 2021\n" * 25_000 + "End of Document",
    "codes": "HD\tx\nPD\t2021\nSN\tx\nLA\tx\nLP\tx\n" * 20_000,
    "rules": (RULE + "\n") * 100_000,
    "labels": "Full text: x\nDocument URL: x\n" * 50_000,
    "one line": "HD\t1 of 3 DOCUMENTS . " * 100_000,
    "dots": "." * 1_000_000 + "x\n" + "1," * 500_000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_hundred_thousand_lines_take_less_than_two_seconds(name):
    start = time.process_time()
    split_export(LONG[name])
    assert time.process_time() - start < 2


# Tables without texts

EVENTS = ["410412347", "20210318", "202103", "2021"]
GRAPH = ["20210318000000-12", "20210318000000", "1", "sample.example"]


STORIES = ["id", "indexed_date", "language", "media_name", "media_url", "publish_date", "title", "url"]
OLD_STORIES = ["stories_id", "publish_date", "title", "url", "language", "ap_syndicated", "themes", "media_id"]


@pytest.mark.parametrize(
    ("columns", "n_columns", "words"),
    [
        (STORIES, 8, "Media Cloud"),
        (OLD_STORIES, 8, "Media Cloud"),
        (["GLOBALEVENTID", "SQLDATE", "MonthYear", "SOURCEURL"], 4, "GDELT events"),
        (["GlobalEventID", "EventTimeDate", "MentionIdentifier"], 3, "GDELT mentions"),
        (["GKGRECORDID", "V2.1DATE", "V2DOCUMENTIDENTIFIER"], 3, "knowledge graph"),
        (EVENTS, 58, "GDELT events"),
        (EVENTS, 61, "GDELT events"),
        ([], 61, "GDELT events"),
        (GRAPH, 27, "knowledge graph"),
    ],
)
def test_a_table_without_texts_is_explained(columns, n_columns, words):
    found = explain_no_text(columns, n_columns)
    assert words in found.reason
    assert "no text" in found.reason
    assert found.remedy.startswith("collect the texts from the addresses (within the publishers' terms)")


@pytest.mark.parametrize(
    ("columns", "n_columns"),
    [([], 0), (["id", "title", "url"], 3), (["name", "age"], 61), (EVENTS, 4), (["id", "body"], 27)],
)
def test_other_tables_are_not_explained(columns, n_columns):
    assert explain_no_text(columns, n_columns) is None


# Zotero

COLUMNS = ("Key", "Item Type", "Publication Year", "Author", "Title", "Publication Title", "Url", "File Attachments")


def item(title, attachments="", **other):
    row = dict.fromkeys(COLUMNS, "") | {"Key": "K", "Item Type": "newspaperArticle", "Title": title}
    return row | {"File Attachments": attachments} | other


def test_zotero_is_known_by_its_columns():
    assert is_zotero(COLUMNS)
    assert is_zotero(["\ufeffKey", *COLUMNS[1:]])
    assert not is_zotero(["id", "title", "text"])


def test_zotero_items_find_their_files():
    rows = [
        item("One", r"C:\Users\ann\Zotero\storage\AB12\Full Text.pdf", Date="2021-03-18", Author="Untrue, Kim"),
        item("Two", "/home/ann/Zotero/storage/CD34/Full Text.pdf", **{"Publication Year": "2021"}),
        item("Three", "files/12/three.docx", **{"Item Type": "blogPost", "Publication Title": "A Blog", "Url": "u"}),
        item("Four", "files/13/CAFE\u0301.TXT"),
    ]
    names = ["storage/AB12/Full Text.pdf", "storage/CD34/Full Text.pdf", "My files/12/three.docx", "13/Café.txt"]
    found = link_attachments(rows, names)
    assert found.documents == {
        names[0]: {"title": "One", "date": "2021-03-18", "author": "Untrue, Kim", "genre": "newspaper_article"},
        names[1]: {"title": "Two", "date": "2021", "genre": "newspaper_article"},
        names[2]: {"title": "Three", "outlet": "A Blog", "url": "u", "genre": "blog_post"},
        names[3]: {"title": "Four", "genre": "newspaper_article"},
    }
    assert found.passed_over == []
    assert found.rejected == []


def test_of_several_files_of_an_item_one_is_read():
    row = item("One", "files/1/page.html; files/1/paper.pdf;files/1/photo.jpg")
    found = link_attachments([row], ["files/1/page.html", "files/1/paper.pdf", "files/1/photo.jpg", "other.txt"])
    assert list(found.documents) == ["files/1/paper.pdf"]
    assert sorted(found.passed_over) == ["files/1/page.html", "files/1/photo.jpg"]


def test_items_without_a_file_say_so():
    rows = [item("One"), item("Two", r"C:\x\two.pdf"), item("Three", "files/3/three.jpg"), item("Four", "../../../")]
    found = link_attachments(rows, ["files/3/three.jpg"])
    assert [(record["where"], record["title"]) for record in found.rejected] == [
        ("row 2", "One"),
        ("row 3", "Two"),
        ("row 4", "Three"),
        ("row 5", "Four"),
    ]
    assert found.rejected[0]["reason"] == "has no attached file; expected one"
    assert found.rejected[1]["reason"] == "its attached file two.pdf is not in the folder"
    assert found.rejected[1]["remedy"] == "export the collection with its files, into the same folder"
    assert "is of no kind that can be read" in found.rejected[2]["reason"]


def test_a_file_belongs_to_the_item_whose_path_fits_best():
    rows = [item("Lost", r"C:\storage\ZZ99\Full Text.pdf"), item("Found", r"C:\storage\AB12\Full Text.pdf")]
    found = link_attachments(rows, ["storage/AB12/Full Text.pdf"])
    assert found.documents["storage/AB12/Full Text.pdf"]["title"] == "Found"
    assert found.rejected[0]["title"] == "Lost"


def test_a_path_that_fits_two_files_alike_takes_neither():
    found = link_attachments([item("One", r"C:\x\page.html")], ["a/page.html", "b/page.html"])
    assert not found.documents
    (record,) = found.rejected
    assert record["reason"].startswith("its attached file page.html cannot be told from others of this name")


@given(st.lists(st.text("ab/\\;.:é ", max_size=12), max_size=6), st.lists(st.text("ab/.é", min_size=1), max_size=6))
def test_every_item_is_linked_once_or_rejected(cells, names):
    found = link_attachments([item(str(number), cell) for number, cell in enumerate(cells)], names)
    assert len(found.documents) + len(found.rejected) == len(cells)
    assert {*found.documents, *found.passed_over} <= set(names)


def test_ten_thousand_items_with_files_of_one_name_are_quick():
    lot = random.Random(1)
    numbers = lot.sample(range(10_000), 10_000)
    rows = [item(str(number), f"C:\\storage\\{number}\\Full Text.pdf") for number in numbers]
    start = time.process_time()
    found = link_attachments(rows, [f"storage/{number}/Full Text.pdf" for number in range(10_000)])
    assert time.process_time() - start < 2
    assert found.documents["storage/77/Full Text.pdf"]["title"] == "77"
