"""The letters a claim is written in: the upper case ones of X12's basic set, which a form's boxes take too."""

import re
import unicodedata

# Letters that do not come apart into a plain one and a mark, as passports write them (ICAO Doc 9303, part 3).
_SPELT = str.maketrans(
    {
        "ß": "SS", "ẞ": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L",
        "Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "Ħ": "H", "ħ": "H", "ı": "I", "Ŋ": "N", "ŋ": "N",
        "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
    }
)  # fmt: skip
# Of the basic set (X12.6) only these: `* : ~ ^` part the pieces of a file, the rest has no place in a name or address.
_OTHER = re.compile(r"[^A-Z0-9 '\-.,/&()#]")


def claim_text(text: str) -> str:
    """Return `text` as a claim writes it: upper case, no accents, one blank between words.

    A sign that has no such form, a letter of another script among them, becomes a blank; nothing else is cut.
    """
    apart = unicodedata.normalize("NFKD", text.translate(_SPELT)).translate(_SPELT).upper()
    plain = "".join(sign for sign in apart if unicodedata.category(sign) not in {"Mn", "Me", "Cf"})
    return " ".join(_OTHER.sub(" ", plain).split())


def loses_letters(text: str) -> bool:
    """Tell whether a claim cannot spell every letter and digit of `text`."""
    return sum(map(str.isalnum, claim_text(text))) < sum(
        sign.isalnum() for sign in text if unicodedata.category(sign) not in {"Mn", "Me", "Cf"}
    )
