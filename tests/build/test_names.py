"""Names: mentions and masks, by hand."""

import pytest

from analysis_helpers.build.names import count_mentions, mask_names, names_pattern


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
