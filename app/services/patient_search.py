"""Finding patients as one types: the folded text kept with each, and what a typed text asks of it."""

import re
from collections.abc import Iterator
from datetime import date

from sqlalchemy import ColumnElement, false, or_

from app.models import Patient
from app.rules.identifiers import mbi_is_valid, normalise_mbi, normalise_phone, phone_is_valid
from app.rules.text import fold, words_of

LONGEST_QUERY = 200
MOST_TERMS = 8

_NUMBERS = re.compile(r"[0-9\s().+-]+")
_ISO_DAY = re.compile(r"((?:18|19|20|21)[0-9]{2})-([0-9]{0,2})(?:-([0-9]{0,2}))?")
_US_DAY = re.compile(r"([0-9]{1,2})(/)([0-9]{0,2})(?:/([0-9]{0,4}))?|([0-9]{1,2})([-.])([0-9]{1,2})\6([0-9]{0,4})")


def sort_name(family_name: str, given_name: str) -> str:
    """Return what lists of patients are ordered by."""
    return fold(f"{family_name} {given_name}").strip()


def search_text(
    *, given_name: str, family_name: str, suffix: str, mrn: str, phones: tuple[str, ...], born_on: date
) -> str:
    """Return the words a patient is found by, each after a space: a search looks for a space and a word's beginning."""
    found = [*words_of(family_name), *words_of(given_name), *words_of(suffix)]
    found += [*words_of(mrn), "".join(words_of(mrn))]
    for phone in phones:
        digits = _phone_digits(phone)
        # Whole, without its area code, and the last four: the ways in which people say a number.
        found += [digits, digits[-7:], digits[-4:]] if len(digits) >= 7 else [digits]
    found += [born_on.isoformat(), f"{born_on.month}/{born_on.day}/{born_on.year:04d}"]
    return " " + " ".join(dict.fromkeys(word for word in found if word))


def matching(text: str) -> ColumnElement[bool] | None:
    """Return the condition for patients that `text` finds, or None when it asks for nothing and so for all.

    Every word must begin a word of the name or MRN, a telephone number or its last seven or four digits, or the birth
    date (1948-03-02 or 3/2/1948). A whole Medicare number finds its holder; a part of one finds nobody.
    """
    asked = text[:LONGEST_QUERY].encode("utf-8", "replace").decode().strip()
    if not asked:
        return None
    mbi = normalise_mbi(asked)
    if mbi_is_valid(mbi):
        return Patient.mbi == mbi
    needles = list(dict.fromkeys(_needles(asked)))[:MOST_TERMS]
    if not needles:
        return false()
    each = [Patient.search_text.contains(f" {needle}", autoescape=True) for needle in needles]
    found = each[0]
    for condition in each[1:]:
        found = found & condition
    return or_(found, Patient.external_id == asked) if len(asked) >= 20 else found


def _needles(asked: str) -> Iterator[str]:
    if _NUMBERS.fullmatch(asked) and not _ISO_DAY.fullmatch(asked) and not _US_DAY.fullmatch(asked):
        yield from _number(asked)
        return
    for term in asked.split()[: 2 * MOST_TERMS]:
        if day := _ISO_DAY.fullmatch(term):
            yield _iso_needle(day)
        elif day := _US_DAY.fullmatch(term):
            yield _us_needle(day)
        elif _NUMBERS.fullmatch(term):
            yield from _number(term)
        else:
            yield from words_of(term)


def _number(text: str) -> Iterator[str]:
    digits = re.sub(r"[^0-9]", "", text)
    if digits:
        yield digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def _iso_needle(day: re.Match[str]) -> str:
    year, month, day_of_month = day[1], day[2], day[3]
    if day_of_month is None:
        return f"{year}-{month}"
    padded = day_of_month.zfill(2) if len(month) < 2 and day_of_month else day_of_month
    return f"{year}-{month.zfill(2)}-{padded}"


def _us_needle(day: re.Match[str]) -> str:
    month, day_of_month, year = (day[1], day[3], day[4]) if day[2] else (day[5], day[7], day[8])
    begun = f"{month.lstrip('0')}/{day_of_month.lstrip('0')}"
    return begun if year is None else f"{begun}/{year}"


def _phone_digits(phone: str) -> str:
    digits = normalise_phone(phone)
    return digits if phone_is_valid(digits) else re.sub(r"[^0-9]", "", digits)
