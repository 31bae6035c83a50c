"""The shapes of the numbers that claims and addresses carry. Each `…_is_valid` takes the normalised form."""

import re

_NPI = re.compile(r"[0-9]{10}")
_LETTER = "AC-HJKMNP-RT-Y"  # without S, L, O, I, B and Z
_MBI = re.compile(f"[1-9][{_LETTER}][0-9{_LETTER}][0-9][{_LETTER}][0-9{_LETTER}][0-9][{_LETTER}]{{2}}[0-9]{{2}}")
_ICD10 = re.compile(r"([A-Z][0-9]|QA)[0-9AB](\.[0-9A-Z]{1,4})?")  # since FY2026 there is QA beside letter and digit
_TIN = re.compile(r"[0-9]{9}")
_PHONE = re.compile(r"[2-9][0-9]{2}[2-9][0-9]{6}")
_ZIP = re.compile(r"[0-9]{5}(-[0-9]{4})?")

US_STATES = {
    "AL": "Alabama",
    "AK": "Alaska",
    "AZ": "Arizona",
    "AR": "Arkansas",
    "CA": "California",
    "CO": "Colorado",
    "CT": "Connecticut",
    "DE": "Delaware",
    "DC": "District of Columbia",
    "FL": "Florida",
    "GA": "Georgia",
    "HI": "Hawaii",
    "ID": "Idaho",
    "IL": "Illinois",
    "IN": "Indiana",
    "IA": "Iowa",
    "KS": "Kansas",
    "KY": "Kentucky",
    "LA": "Louisiana",
    "ME": "Maine",
    "MD": "Maryland",
    "MA": "Massachusetts",
    "MI": "Michigan",
    "MN": "Minnesota",
    "MS": "Mississippi",
    "MO": "Missouri",
    "MT": "Montana",
    "NE": "Nebraska",
    "NV": "Nevada",
    "NH": "New Hampshire",
    "NJ": "New Jersey",
    "NM": "New Mexico",
    "NY": "New York",
    "NC": "North Carolina",
    "ND": "North Dakota",
    "OH": "Ohio",
    "OK": "Oklahoma",
    "OR": "Oregon",
    "PA": "Pennsylvania",
    "RI": "Rhode Island",
    "SC": "South Carolina",
    "SD": "South Dakota",
    "TN": "Tennessee",
    "TX": "Texas",
    "UT": "Utah",
    "VT": "Vermont",
    "VA": "Virginia",
    "WA": "Washington",
    "WV": "West Virginia",
    "WI": "Wisconsin",
    "WY": "Wyoming",
    "AS": "American Samoa",
    "GU": "Guam",
    "MP": "Northern Mariana Islands",
    "PR": "Puerto Rico",
    "VI": "U.S. Virgin Islands",
    "AA": "Armed Forces Americas",
    "AE": "Armed Forces Europe",
    "AP": "Armed Forces Pacific",
}
_STATE_CODES = {name.casefold(): code for code, name in US_STATES.items()}


def npi_is_valid(npi: str) -> bool:
    """Tell whether an NPI has ten digits of which the last checks the rest: Luhn over 80840 and the NPI (CMS)."""
    return _NPI.fullmatch(npi) is not None and _luhn_sum("80840" + npi) % 10 == 0


def normalise_mbi(text: str) -> str:
    """Return a Medicare Beneficiary Identifier as claims carry it: upper case, without dashes and spaces."""
    return re.sub(r"[\s-]", "", text).upper()


def mbi_is_valid(mbi: str) -> bool:
    """Tell whether eleven characters have the shape of an MBI (CMS MBI format); there is no check digit."""
    return _MBI.fullmatch(mbi) is not None


def normalise_icd10(text: str) -> str:
    """Return an ICD-10-CM code in upper case with its dot after the third character."""
    code = re.sub(r"[\s.]", "", text).upper()
    return f"{code[:3]}.{code[3:]}" if len(code) > 3 else code


def icd10_is_shaped(code: str) -> bool:
    """Tell whether a code has the shape of ICD-10-CM, with its dot; not whether it is in this year's set."""
    return _ICD10.fullmatch(code) is not None


def normalise_tin(text: str) -> str:
    """Return a taxpayer number's nine digits, without dashes and spaces."""
    return re.sub(r"[\s-]", "", text)


def tin_is_valid(tin: str) -> bool:
    return _TIN.fullmatch(tin) is not None and tin != "000000000"


def normalise_phone(text: str) -> str:
    """Return a US telephone number's ten digits, without a leading country code and whatever stands between digits."""
    digits = re.sub(r"[\s().+-]", "", text)
    return digits[1:] if len(digits) == 11 and digits.startswith("1") else digits


def phone_is_valid(phone: str) -> bool:
    """Tell whether ten digits can be a number of the North American plan."""
    return _PHONE.fullmatch(phone) is not None


def normalise_zip(text: str) -> str:
    """Return a ZIP code with the dash of its nine-digit form."""
    digits = re.sub(r"[\s-]", "", text)
    return f"{digits[:5]}-{digits[5:]}" if len(digits) == 9 else digits


def zip_is_valid(zip_code: str) -> bool:
    return _ZIP.fullmatch(zip_code) is not None


def state_code(text: str) -> str | None:
    """Return the two letters of a state or territory given by code or name, or None."""
    wanted = text.strip()
    return wanted.upper() if wanted.upper() in US_STATES else _STATE_CODES.get(wanted.casefold())


def _luhn_sum(digits: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total
