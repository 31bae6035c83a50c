"""Values as papers write them: US dates, 24-hour times, money with cents, m:ss; and the rules' words as sentences."""

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

UNKNOWN = "not recorded"

# Not the locale's: the same facts print the same bytes on every machine.
MONTHS = tuple(
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

EXCLUSIONS = {
    "X_NONCLINICAL": "done by non-clinical staff",
    "X_ADMIN_ACTIVITY": "administrative activity, never counted",
    "X_OFFSHORE": "done outside the United States",
    "X_EM_PART": "part of a billed visit",
    "X_OTHER_SERVICE": "used for another billed service",
    "X_UNCONFIRMED": "not confirmed after an idle or clock question",
    "X_PRECONSENT": "before consent",
    "X_POSTDEATH": "after the day of death",
    "X_INPATIENT": "during an inpatient stay",
    "X_SNF": "during a Part A skilled nursing stay",
    "X_OTHER_PATIENT": "same person logged on another patient",
    "X_OVERLAP_STAFF": "already taken by another entry of this patient",
}

BLOCKERS = {
    "NO_CONSENT": "No consent on record",
    "CONSENT_INCOMPLETE": "Consent: not all four things were told",
    "CONSENT_OTHER_PRACTITIONER": "Consent names another practitioner",
    "REVOKED_PRIOR_MONTH": "Consent was revoked before this month",
    "CONSENT_AFTER_MONTH": "Consent was given after this month",
    "COND_LT_2": "Fewer than two active chronic conditions",
    "COND_DURATION_OR_RISK": "Fewer than two conditions with duration and risk documented",
    "INIT_VISIT_MISSING": "Initiating visit is needed and missing",
    "INIT_VISIT_CODE_INVALID": "Initiating visit has a code that does not qualify",
    "INIT_VISIT_NOT_DISCUSSED": "CCM was not discussed at the initiating visit",
    "PLAN_MISSING": "No care plan",
    "PLAN_UNSIGNED": "Care plan is not signed in time",
    "PLAN_COPY_NOT_GIVEN": "Copy of the care plan was not given in time",
    "TIME_LT_THRESHOLD": "Time is below the first threshold",
    "TIME_UNSIGNED": "A counted time entry is unsigned",
    "BILLER_INELIGIBLE": "The practitioner's kind cannot bill CCM",
    "NPI_INVALID": "The practitioner's NPI is not valid",
    "NO_PART_B": "No Medicare Part B",
    "DIED_BEFORE_MONTH": "Died before this month",
    "OTHER_BILLER": "Another practitioner billed CCM this month",
    "ALREADY_BILLED": "CCM was already billed for this month",
    "PCM_SAME_PRACTITIONER": "Principal care management by the same practitioner",
    "APCM_SAME_MONTH": "Advanced primary care management in the same month",
    "G0181_G0182": "Home health or hospice oversight by the same practitioner",
    "ESRD_MCP": "Monthly ESRD payment by the same practitioner",
}

WARNINGS = {
    "W_CONSENT_SAME_DAY": "Time counted on the day of consent, whose hour is not known",
    "W_ONE_CATEGORY_DX": "All conditions are of one ICD-10 category",
    "W_PLAN_STALE": "No review of the care plan in the last 12 months is on record",
    "W_NO_CONTACT": "No counted time reached the patient",
    "W_SAME_DAY_EM": "Time counted on the day of a visit: keep it separate",
    "W_TCM_SAME_MONTH": "Transitional care management in the same month",
    "W_APCM_OTHER": "Another practice billed advanced primary care management",
    "W_ESRD_OTHER": "Another practice billed the monthly ESRD payment",
    "W_MA_PLAN": "Medicare Advantage: the plan's own rules apply",
    "W_UNITS_CAPPED": "More time than 99439 allows units",
    "W_MDM_NOT_DOCUMENTED": "Decision making is not documented within the month",
    "W_LATE_ENTRY": "Time entered more than 72 hours after the work",
    "W_UB04": "Billed on UB-04, not on CMS-1500",
}

FAMILIES = {
    "staff": "clinical staff (99490, 99439)",
    "complex": "complex (99487, 99489)",
    "practitioner": "practitioner personally (99491, 99437)",
}

_WORDS = {
    "part_b": "Medicare Part B",
    "medicare_advantage": "Medicare Advantage",
    "none": "None",
    "np": "Nurse practitioner",
    "pa": "Physician assistant",
    "cns": "Clinical nurse specialist",
    "cnm": "Certified nurse-midwife",
    "rhc": "Rural health clinic",
    "fqhc": "Federally qualified health center",
    "snf_part_a": "Skilled nursing (Part A)",
    "availability": "CCM is available",
    "cost_sharing": "cost sharing may apply",
    "one_practitioner": "only one practitioner can bill in a month",
    "right_to_stop": "may stop at any time, effective at the month's end",
}


def words(code: str | None) -> str:
    """A code word of the rules in plain words: `patient_call` is "Patient call"."""
    if not code or not code.strip():
        return UNKNOWN
    return _WORDS.get(code) or (code[:1].upper() + code[1:]).replace("_", " ")


def finding(code: str) -> str:
    """A blocker, warning or exclusion as a sentence; a code that is not known here stands as it is."""
    return BLOCKERS.get(code) or WARNINGS.get(code) or EXCLUSIONS.get(code) or code


def known(text: str | None) -> str:
    """The text, or that it is not recorded."""
    return text if text and text.strip() else UNKNOWN


def month_name(month: str) -> str:
    """`2026-10` as "October 2026"."""
    year, number = month.split("-")
    return f"{MONTHS[int(number) - 1]} {year}"


def day(iso: str | None) -> str:
    """A day, or an instant's day as written, as MM/DD/YYYY."""
    if not iso:
        return UNKNOWN
    return f"{iso[5:7]}/{iso[8:10]}/{iso[:4]}"


def local(iso: str, zone: str) -> datetime:
    """The instant on the clinic's wall clock."""
    return datetime.fromisoformat(iso).astimezone(_zone(zone))


def moment(iso: str | None, zone: str) -> str:
    """An instant as MM/DD/YYYY HH:MM with the zone's letters; a bare day as a day."""
    if not iso or len(iso) <= 10:
        return day(iso)
    at = local(iso, zone)
    return f"{at:%m/%d/%Y %H:%M} {at.tzname()}"


def clock(seconds: int) -> str:
    """Seconds as m:ss: 1,120 is "18:40"."""
    return f"{seconds // 60}:{seconds % 60:02d}"


def long_clock(seconds: int) -> str:
    """A total as h:mm:ss."""
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def money(cents: int | None) -> str:
    """Cents as dollars: 6613 is "$66.13"."""
    if cents is None:
        return "–"
    sign = "−" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def mbi_spaced(mbi: str) -> str:
    """A Medicare number in the groups of the card, when it has its eleven characters."""
    return f"{mbi[:4]}-{mbi[4:7]}-{mbi[7:]}" if len(mbi) == 11 else mbi


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
