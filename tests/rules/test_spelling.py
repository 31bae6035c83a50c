import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.spelling import Speller, distance, sound_of

WORDS = st.text(alphabet="abcde", max_size=7)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("emfizema", "emphysema"),
        ("kolesterol", "cholesterol"),
        ("hypertenshun", "hypertension"),
        ("numonia", "pneumonia"),
        ("sykosis", "psychosis"),
    ],
)
def test_words_that_sound_alike_have_one_form(one: str, other: str) -> None:
    assert distance(sound_of(one), sound_of(other), 1)[0] <= 1


@given(word=WORDS, other=WORDS, most=st.integers(1, 3))
def test_the_distance_is_the_least_number_of_changes_to_a_beginning(word: str, other: str, most: int) -> None:
    changes, rest = distance(word, other, most)
    slow = min(_slow(word, other[:end]) for end in range(len(other) + 1))
    assert (changes == slow) if slow <= most else changes > most
    assert 0 <= rest <= len(other)


def test_the_nearest_come_first_and_short_words_are_left_alone() -> None:
    speller = Speller({"heart": 50, "hearts": 2, "head": 9, "hart": 1}.items())
    assert speller.near("haert", 3) == ("heart", "hart", "hearts")
    assert speller.near("he", 3) == speller.near("h3art", 3) == ()
    assert "hart" not in speller.near("hart", 3, known=True)


def _slow(word: str, other: str) -> int:
    """Optimal string alignment, as written in textbooks."""
    table = [[i + j if i * j == 0 else 0 for j in range(len(other) + 1)] for i in range(len(word) + 1)]
    for i in range(1, len(word) + 1):
        for j in range(1, len(other) + 1):
            same = word[i - 1] != other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + same)
            if i > 1 and j > 1 and word[i - 1] == other[j - 2] and word[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]
