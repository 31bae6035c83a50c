"""What text from people may hold before it is stored, and the forms in which it is compared."""

import re
import unicodedata

LONGEST_NAME = 100
LONGEST_LINE = 500
LONGEST_NOTE = 64_000

_DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NEVER = "\u2028\u2029\ufeff\ud800-\udfff"  # line ends that few programs know, half characters
_NOT_IN_A_LINE = re.compile(f"[\x00-\x1f\x7f-\x9f{_DIRECTION}{_NEVER}]")
_NOT_IN_A_NOTE = re.compile(f"[\x00-\x08\x0b-\x1f\x7f-\x9f{_DIRECTION}{_NEVER}]")
_MOST_MARKS = 4  # on one letter; more is no writing system but a flood

# Letters that do not come apart into a plain one and a mark.
_PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_APOSTROPHES = str.maketrans("", "", "'’‘ʼ`´")
# Letters of other scripts that look like Latin ones, for finding the same person written twice.
_LOOKALIKE = str.maketrans("авекмнорстухіјѕԁԛԝαβεικνορτυχ", "abekmhopctyxijsdqwabeikvoptux")


def line_fault(text: str, longest: int = LONGEST_LINE) -> str | None:
    """Return why `text` cannot be kept as one line, as a sentence, or None when it can."""
    if len(text) > longest:
        return f"This is {len(text):,} characters long; at most {longest:,} fit."
    return _sign_fault(_NOT_IN_A_LINE, text)


def note_fault(text: str, longest: int = LONGEST_NOTE) -> str | None:
    """Return why `text` cannot be kept as text of several lines (LF), or None when it can."""
    if len(text) > longest:
        return f"This is {len(text):,} characters long; at most {longest:,} fit."
    return _sign_fault(_NOT_IN_A_NOTE, text)


def tidy_note(text: str) -> str:
    """Return text of several lines with one kind of line end and nothing around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def fold(text: str) -> str:
    """Return the form in which names are found and ordered: no case, no accents, no apostrophes, no invisible signs."""
    apart = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold().translate(_PLAIN)
    # Once more: case folding can make new letters with marks.
    return "".join(
        sign for sign in unicodedata.normalize("NFKD", apart) if unicodedata.category(sign) not in {"Mn", "Me", "Cf"}
    )


def words_of(text: str) -> list[str]:
    """Return the folded words of `text`: its runs of letters and digits, in order."""
    return "".join(sign if sign.isalnum() else " " for sign in fold(text)).split()


def lookalike(text: str) -> str:
    """Return a form that is the same for names that look the same on paper, whatever script they were typed in."""
    return " ".join(words_of(text)).translate(_LOOKALIKE)


def _sign_fault(forbidden: re.Pattern[str], text: str) -> str | None:
    if bad := forbidden.search(text):
        if bad[0] in "\r\n":
            return "This holds a line break; write it on one line."
        return f"This holds a sign that cannot be shown (U+{ord(bad[0]):04X}); delete it and type it again."
    marks = 0
    for sign in text:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks > _MOST_MARKS:
            return "This holds a letter with more accents than any language writes; type it again."
    return None
