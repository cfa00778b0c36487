"""Names: mentions and masks, by hand."""

import pytest

from analysis_helpers import count_mentions, mask_names


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
    ],
)
def test_mentions_by_hand(sentence, us, cn, relationship):
    assert count_mentions(sentence) == {"us": us, "cn": cn, "relationship": relationship}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("The United States met China.", "The Name met Name."),
        ("The UN Security Council and national security", "The UN Name and national security"),
        ("Treasury Secretary Scott Bessent", "Name Name"),
        ("a treasury of good will", "a treasury of good will"),
        ("both sides agreed", "both sides agreed"),
    ],
)
def test_names_are_masked(text, masked):
    assert mask_names(text) == masked
