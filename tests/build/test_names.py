"""Names: mentions and masks, by hand, and as one pattern of all names side by side finds them."""

import re
from collections import Counter

import numpy as np
import pytest

from analysis_helpers.build.names import count_mentions, find_mentions, mask_names, names_pattern
from analysis_helpers.dictionaries import read_lexicon


@pytest.mark.parametrize(
    ("sentence", "us", "cn", "relationship"),
    [
        ("The United States of America and China met.", 1, 1, 0),
        ("U.S.-China ties and China–US trade, Sino-American ones too.", 0, 0, 3),
        ("Give us a chance, said the US side.", 1, 0, 0),
        ("Ships in the South China Sea and in Latin America.", 0, 0, 0),
        ("Beijing and Washington hope both sides gain.", 1, 1, 1),
        ("The PRC and the CPC; the prc.", 0, 2, 0),
        ("AMERICA FIRST, said the AMERICAN", 2, 0, 0),
        ("Bilateral relations between the two countries", 0, 0, 2),
        ("A chinaware shop in Americana", 0, 0, 0),
        ("China's and America’s leaders", 1, 1, 0),
        ("", 0, 0, 0),
    ],
)
def test_mentions_by_hand(sentence, us, cn, relationship):
    assert count_mentions(sentence) == {"us": us, "cn": cn, "relationship": relationship}


def test_names_are_masked():
    assert mask_names("The United States met China.") == "The Name met Name."
    assert mask_names("The UN Security Council and national security") == "The UN Name and national security"
    assert mask_names("Treasury Secretary Scott Bessent") == "Name Name"
    for text in ("a treasury of good will", "both sides agreed", ""):
        assert mask_names(text) == text


def test_a_name_is_found_in_the_order_of_length():
    pattern = names_pattern(["us", "Us Co", "U", "Us-An"])
    assert pattern.findall("us co, Us Co; us-an US U Us-Anb xU -U U-") == ["us co", "Us Co", "us-an", "US", "U", "U"]


def _side_by_side(terms):
    """All names in one row, longest first: the definition, too slow for many texts."""
    parts = []
    for term in sorted(set(terms), key=lambda term: (-len(term), term)):
        escaped = re.escape(term).replace(r"\ ", r"\s+")
        parts.append(f"(?i:{escaped})" if " " in term or "-" in term else f"(?:{escaped}|{escaped.upper()})")
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?!\w)")


def test_all_names_are_found_as_by_definition():
    targets = {row["term"].casefold(): row["target"] for row in read_lexicon("targets")}
    people, masked = ([row["term"] for row in read_lexicon(name)] for name in ("people", "masked_names"))
    both = ("bilateral ", "the two ", "our two ", "both ")
    countries = [row["term"] for row in read_lexicon("targets") if not row["term"].startswith(both)]
    names = [*targets.keys(), *countries, *people, *masked]
    names += [name.upper() for name in names] + [name.replace("-", "–") for name in countries]
    random = np.random.default_rng(4)
    gaps = [" ", "  ", "\n", "\u00a0", ", ", "! ", "", "-", "—", "’s ", "x", "_"]
    texts = [f"({name}) x{name} {name}s -{name}, {name}’s {name}-led" for name in names]
    texts += ["".join(random.choice(names) + random.choice(gaps) for _ in range(6)) for _ in range(600)]
    plain = [text.translate(str.maketrans("–—‐‑’", "----'")) for text in texts]
    pattern = _side_by_side([*countries, *masked, *people])
    assert [mask_names(text) for text in texts] == [pattern.sub("Name", text) for text in plain]
    pattern = _side_by_side(row["term"] for row in read_lexicon("targets"))
    expected = [(row, *found.span(), found[0]) for row, text in enumerate(plain) for found in pattern.finditer(text)]
    found = find_mentions(texts)
    assert found[["row", "start", "end"]].to_numpy().tolist() == [list(place[:3]) for place in expected]
    wanted = Counter(targets[re.sub(r"\s+", " ", name).casefold()] for *_, name in expected)
    assert found["target"].value_counts().to_dict() == wanted
