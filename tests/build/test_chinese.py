"""Chinese: words, sentences, names, tone and turns. All texts are invented, by people who read Chinese."""

import math
from importlib.resources import files
from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import analysis_helpers as ah
from analysis_helpers.build import clean_text, score_tone, split_text
from analysis_helpers.cli import main
from analysis_helpers.dictionaries import DICTIONARIES, load_dictionary, read_lexicon
from analysis_helpers.words import LANGUAGES, spell_term
from tests.conftest import by_hand

CHINESE = LANGUAGES["zh"]
TERMS = sorted({row["term"] for name in DICTIONARIES for row in read_lexicon(name, "zh")} - {"tiktok"})
ANSWER = "中方反对加征关税。双方应当加强合作！"
ENGLISH = "Both sides met in Faro on Monday to talk about the price of fish, and they will meet again in the spring."
COLUMNS = "id side title text"


def test_both_languages_have_the_same_concepts_and_the_lists_the_same_columns():
    for name in DICTIONARIES:
        assert list(load_dictionary(name, "zh")) == list(load_dictionary(name))
    for path in (files("analysis_helpers") / "lexicons/zh").iterdir():
        name = path.name.removesuffix(".csv")
        rows = read_lexicon(name, "zh")
        if name not in {"stop_words", "whole_words"}:  # English takes the former from a library, and needs no latter
            assert list(rows[0]) == list(read_lexicon(name)[0])
        assert all(value or column == "not_before" for row in rows for column, value in row.items())
        named = [tuple(row.values())[:2] for row in rows]
        assert len(set(named)) == len(named)


@by_hand("chinese_words")
def test_words_are_cut_where_a_reader_cuts_them(text, words):
    assert CHINESE.find_words(text) == words.split()
    assert ah.count_words(text, "zh") == len(words.split())


@given(
    st.sampled_from(TERMS),
    st.sampled_from(["", "中方", "我们的", "在美国", "WTO"]),
    st.sampled_from(["", "问题", "，和", "2"]),
)
def test_every_term_of_the_lists_is_one_word_wherever_it_stands(term, before, after):
    assert term in [word.lower() for word in CHINESE.find_words(f"{before}{term}{after}")]
    assert spell_term(term) == term


@given(st.text(st.sampled_from("中美关税合作的 a1.，。！“”\n發展國"), max_size=60))
def test_words_stand_in_order_and_no_letter_is_lost(text):
    spans = CHINESE.find_spans(text)
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    assert "".join(CHINESE.find_words(text)) == "".join(text[start:end] for start, end in spans)
    assert sum(map(str.isalpha, text)) == sum(
        character.isalpha() for word in CHINESE.find_words(text) for character in word
    )
    assert "".join("".join(split_text(text, "zh")).split()) == "".join(text.split())


@by_hand("chinese_sentences")
def test_sentences_end_at_their_stops_with_the_marks_that_close(line):
    assert split_text(line.replace("|", ""), "zh") == line.split("|")


def test_tone_by_the_chinese_list_alone():
    texts = ["欢迎合作共赢。", "这是抹黑和污蔑。", "这不是霸权。", "不断加强合作。", "今天星期一。"]
    table = score_tone(pd.DataFrame({"text": texts}), language="zh")
    warm, cool, denied, on, none = table["tone_diplomatic"]
    assert min(warm, -cool) > 0.5
    assert min(denied, on) > 0
    assert math.isnan(none)
    assert table["tone_vader"].isna().all()
    assert table["n_scored"].tolist() == [3, 2, 1, 2, 0]


def test_what_reporters_throw_into_an_answer_goes_and_turns_stay():
    answer = "我们读过那篇文章。\n记者：是关于关税的。\n法新社记者追问：何时？\n我要回答这位记者：鱼还没到。"
    cleaned = clean_text(answer, language="zh")
    assert cleaned.text.split("\n") == ["我们读过那篇文章。", "我要回答这位记者：鱼还没到。"]
    assert {kind for kind, _ in cleaned.removed} == {"reporter's interjection"}
    assert clean_text(f"{answer}\n发言人：还没有。", language="zh").removed == []


def test_turns_of_a_press_conference(corpus_of):
    turns = [
        "路透社记者：美方要加征关税，中方有何评论？",
        "汪文斌：我们反对。",
        "我想强调：合作才是出路。",
        "问：还有吗？",
        "答：没有。",
    ]
    corpus = corpus_of(COLUMNS, [("a", "CN", "记者会", "\n".join(turns))])
    assert corpus.passages["speaker_side"].tolist() == ["question", "CN", "CN", "question", "CN"]
    assert corpus.passages["speaker"].tolist() == ["路透社记者", "汪文斌", "汪文斌", "问", "答"]


def test_a_build_measures_each_text_in_its_language(corpus_of):
    english = [("e1", "US", "Talks", f"{ENGLISH} We welcome rare earths talks.")]
    chinese = [("z1", "CN", "答问", f"{ANSWER}\n{ANSWER * 3}"), ("z2", "CN", "答问", "稀土问题上，美方应当相向而行。")]
    mixed, alone = corpus_of(COLUMNS, [chinese[0], *english, chinese[1]]), corpus_of(COLUMNS, english)
    ah.check_corpus(mixed)
    for table in ("passages", "sentences", "counts"):
        its = getattr(mixed.where(language="en"), table)
        assert its.equals(getattr(alone, table))
    assert mixed.documents["language"].tolist() == ["zh", "en", "zh"]
    words = ["中方", "反对", "加征", "关税", "双方", "应当", "加强", "合作"]
    assert mixed.documents["n_words"].tolist()[0] == 4 * len(words)
    sentences = mixed.where(language="zh").sentences
    assert sentences[["attitude_to_cn", "tone_vader"]].isna().all(axis=None)
    assert sentences["mentions_cn"].tolist()[0] == 1
    assert ah.rates(mixed.where(doc_id="z1"), {"x": ["关税"]}, by="side")["n"].tolist() == [4]
    places = ah.concordance(mixed, "关税")
    assert places["left"].tolist()[0] == "中方反对加征"
    assert len(places) == 4


def test_a_language_that_cannot_be_measured_is_refused_in_one_sentence(corpus_of):
    traditional = "中國反對美國這樣對待兩國關係，我們說過會議的問題應當由雙方來談。"
    corpus = corpus_of(COLUMNS, [("a", "CN", "", ANSWER), ("b", "CN", "", traditional)])
    assert corpus.rejected["reason"].tolist() == ["is in another language (zh-Hant)"]
    for code in ("fr", "zh-Hant", "ZH"):
        with pytest.raises(ah.TalksError, match=f"keep_languages holds '{code}'; expected en and zh"):
            corpus_of(COLUMNS, [("a", "CN", "", ANSWER)], keep_languages=["en", code])


FRENCH = "Les ministres ont parlé lundi du poisson et sont rentrés chez eux sans communiqué, comme les autres."


@pytest.mark.parametrize(
    ("asked", "kept", "said"),
    [
        ([], ["zh"], "1 refused: language fr 1"),
        (["--keep-languages", "en"], [], "language fr 1, zh 1"),
        (["--keep-languages", "en", "fr"], None, "keep_languages holds 'fr'; expected en and zh, which are measured"),
        (["--keep-languages", "fr"], None, "keep_languages holds 'fr'; expected en and zh, which are measured"),
    ],
)
def test_talks_build_measures_chinese_and_never_french(asked, kept, said, tmp_path, capsys):
    (tmp_path / "in").mkdir()
    for name, text in {"en": ENGLISH, "fr": FRENCH, "zh": ANSWER}.items():
        (tmp_path / "in" / f"{name}.txt").write_text(f"{text} " * 3, encoding="utf-8")
    code = main(["build", str(tmp_path / "in"), "--out", str(tmp_path / "out"), *asked])
    told = capsys.readouterr()
    assert said in told.out + told.err
    assert (code == 0, (tmp_path / "out").exists()) == (kept is not None, kept is not None)
    if kept is not None:
        corpus = ah.load_corpus(tmp_path / "out")
        assert sorted(corpus.documents["language"]) == ["en", *kept]
        assert "is in another language (fr)" in corpus.rejected["reason"].tolist()
        assert [corpus.where(language=code).counts["term"].isin(["关税"]).any() for code in kept] == [True] * len(kept)


def test_chinese_texts_that_are_nearly_the_same_are_kept_once(corpus_of):
    text = "法鲁的渔民不愿意把渔船卖给外地商人，觉得这样做坏了码头的老规矩，孩子们以后就没有船可以出海打鱼了。"
    text += "他们打算星期一早上在灯塔下面开会，请镇长坐下来听一听大家的难处，再为秋天的集市准备好场地和雨棚。"
    rows = [("a", "CN", "", text), ("b", "CN", "", text.replace("场地", "桌椅")), ("c", "CN", "", ANSWER * 9)]
    assert corpus_of(COLUMNS, rows).rejected["doc_id"].tolist() == ["b"]
