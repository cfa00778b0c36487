"""Sentences: where a reader sees them end, by hand; passages and sentences keep their ids. All texts are invented."""

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis_helpers.build.sentences import split_sentences, split_text

GOLD = """
Dr. Liu met Gen. Sample on Sept. 14-15.|They agreed.|Sino-U.S. relations matter.|U.S. firms know it.
China–U.S. trade grew in the U.S.|The rest is known.|He left the U.S. on Jan. 5, 2023.|It rained.
“We agreed.”|Then they left.|He said: “No deal.”|“None,” she said.|It grew by 3.5 percent.|At 5 p.m. the talks ended.
Mr. Sample Jr. of Sample Co. met J. D. Example.|Was it long?|Yes!
Vice-Premier He Lifeng met Amb. Sample in Washington, D.C. on Oct. 3.|They dined.
Article No. 5 says so.|No.|We do not agree.|“Will it open to U.S. sardines?” she asked.|Nobody answered.
“It will open to U.S. sardines by Jan. 5.”|He left.|He called it “a gift to the U.S.”|Sample disagreed.
(They went to the U.S.)|The rest stayed.|The so-called “U.S.” Army of the play came.
Sen. Ann Sample (R-Miss.) Monday said no.|Rep. Roe (D-Calif.), who came late, said yes.
1. First, the line opens.|2. Second, the lists are exchanged.|a) The line opens.|b) The lists are exchanged.
(ii) The line opens.|IV. The lists follow.
At 5 a.m. Sample left.|The talks ended at 5 p.m.|Sample left.|Del. Ann Roe spoke.|The Govt. of the port agreed.
“Is it so?” Foreign Ministry spokesman Bo Roe asked.|“Is it so?”|The ministry told nobody.
Both agreed: 1. Open a line; 2. Exchange lists; and 3. Meet again.|They left.
Roe read: “1. Open the line.|2. Close the port.”|Sec. 2. Policy.|Article 5. (1) Boats stay.|(2) Nets go.
- 2.1. The boats stay.|- 2.2. The nets go.|The answer is 42.|Turnover rose to No. 1.|It fell.
“Is it late?” Ann Sample asked.|“Never!” said the cook, who knew.
“Who pays?”—nobody knew.|It rained.|“Who?”|They did not know.|He (what a man!), Roe said, came.|They (who else?) left.
They wait...|We do not.|They wait . . .|We do not.|It is … hard.|“It could be…”|He stopped.
George W. Sample saw Sample v. W. Roe.|You and I.|We know.|Plan B.|The port closes.
He left the U.S.|He was glad.|He met Gen. He Sample of the U.S. Second Fleet.
They met at 10:30 a.m. EST and 5 p.m. Beijing time.|They left at noon.|It was 6 p.m.|Boats came.
See www.example.com/a?b=1 or Example.org.|Then write.|Yahoo! Inc. paid.|Yahoo! shares rose.
They agreed.[1]|Then they left.|It rained.¹|Boats came.2|“Nets went.”[3]|All was well.
She holds a Ph.D. from Sample.|He has an M.A. degree.|The U.A.E. Minister left.
Fish, salt, etc.|The list (see p. 5) is long.|Fish, etc., were sold (50 U.S.C. 17 et seq.) to all.
No.|China does not agree.|It is a work of art.|Nobody bought it.
‘We agree.’|Did you say ‘yes’?|[The port is closed.]|Wait!|Stop!!|What?!
It cost $5.|3 boats came in 2025.|In 2026 none will.|He didn't.|I did.
"""


@pytest.mark.parametrize("line", GOLD.split("\n")[1:-1])
def test_sentences_end_where_a_reader_sees_them_end(line):
    sentences = line.split("|")
    assert split_text(" ".join(sentences)) == sentences


def test_a_number_with_nothing_behind_it_is_no_sentence():
    assert split_text("They left. 2.") == ["They left. 2."]


PIECES = ["The", "boats", "He", "China", "U.S.", "No.", "Jan.", "Sec.", "p.m.", "1.", "(ii)", "a)", "IV.", "5", "said"]
PIECES += [
    "left.",
    "came?",
    "go!",
    "so…",
    "...",
    ". .",
    "[1]",
    "*",
    "“",
    "”",
    "“We",
    "it.”",
    "why?”",
    "(R-Miss.)",
    "双",
]


@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)))
def test_sentences_joined_are_the_passage_and_split_into_themselves(text):
    sentences = split_text(text)
    assert re.sub(r"\s", "", "".join(sentences)) == re.sub(r"\s", "", text)
    assert [piece for sentence in sentences for piece in split_text(sentence)] == sentences


def test_headings_are_not_sentences():
    passages = pd.DataFrame(
        {"passage_id": ["a", "b"], "kind": ["heading", "body"], "speaker_side": "US", "text": ["Trade", "We met."]}
    )
    assert split_sentences(passages)["passage_id"].tolist() == ["b"]


@pytest.mark.parametrize(
    "piece", ["Both sides met in Lisbon. ", ".", ". ", "1. ", "“U.S. ", "?”", "[1]. ", "a.b", "(! "]
)
def test_a_long_text_is_not_given_up(piece):
    """A rule that looked at the rest of the text again at every stop would not come back from these."""
    text = piece * (250_000 // len(piece))
    assert "".join("".join(split_text(text)).split()) == "".join(text.split())
