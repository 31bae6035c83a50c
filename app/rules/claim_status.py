"""What payers say of claims in codes, and what CareLoop calls a claim's standing. The words for codes are our own."""

import re

# Claim status categories (X12 code source 507) by which a claim or a file is turned back before it is looked at.
REJECTING_CATEGORIES = frozenset({"A3", "A4", "A6", "A7", "A8", "E0", "E1", "E2", "E3", "E4"})

CATEGORIES = {
    "A0": "passed on to another receiver",
    "A1": "received",
    "A2": "accepted for adjudication",
    "A3": "returned: cannot be processed",
    "A4": "not found",
    "A5": "split into several claims",
    "A6": "rejected: something is missing",
    "A7": "rejected: something is not valid",
    "A8": "rejected: two things do not go together",
}

# Claim adjustment reason codes that CCM meets (RULES.md §5.2), and the group codes before them.
ADJUSTMENTS = {
    "11": "the diagnosis does not go with the procedure",
    "13": "the date of death is before the date of service",
    "16": "something on the claim is missing or wrong; see the remark code",
    "18": "an exact duplicate of another claim",
    "22": "another payer may come first",
    "27": "the coverage had ended",
    "29": "the time limit for filing had passed",
    "31": "the patient cannot be identified as insured",
    "45": "the charge is above the fee schedule",
    "50": "not seen as medically necessary",
    "96": "not a covered charge; see the remark code",
    "97": "paid as part of another service",
    "107": "the service that this one goes with was not on the claim",
    "109": "not this payer's to pay",
    "119": "the most for this period was paid already",
    "151": "more units than the payer supports",
    "190": "paid within a skilled nursing facility's stay",
    "197": "an authorisation was missing",
    "222": "above the most units that are allowed",
    "236": "does not go with another service of the same day",
    "B9": "the patient is in hospice",
    "B20": "another provider furnished the service already",
}
GROUPS = {"CO": "the clinic's to bear", "PR": "the patient's to pay", "OA": "other", "PI": "the payer's reduction"}

_CARC = re.compile(r"(?:(CO|PR|OA|PI)[- ]?)?([0-9]{1,3}|[A-Z][0-9]{1,2})")
_RARC = re.compile(r"(?:M|N|MA)[0-9]{1,4}")


def read_adjustment(text: str) -> str | None:
    """Return a claim adjustment reason code as it is kept ("CO-97", "B20"), or None when the text is none."""
    found = _CARC.fullmatch(text.strip().upper())
    if found is None or _RARC.fullmatch(found[2]):
        return None
    return f"{found[1]}-{found[2]}" if found[1] else found[2]


def read_remark(text: str) -> str | None:
    """Return a remittance advice remark code as it is kept ("N386"), or None when the text is none."""
    found = _RARC.fullmatch(text.strip().upper())
    return found[0] if found else None


def in_words(code: str) -> str:
    """Return what a code means where CareLoop knows it, else ""."""
    if code[:2] in CATEGORIES and (len(code) == 2 or code[2] == ":"):
        return CATEGORIES[code[:2]]
    return ADJUSTMENTS.get(code.rpartition("-")[2], "")
