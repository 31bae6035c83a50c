"""The reports there are, what each is asked for, and what is asked of each."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.rules.errors import ClinicError
from app.rules.month import Month

Ask = Literal["month", "months", "years", "practitioner", "owner", "amounts", "text", "person", "page"]
Amounts = Literal["estimate", "charges"]
MOST_MONTHS = 24
SIX_YEARS = 72
"""Months for which disclosures are accounted for (45 CFR 164.528) and the trail is kept (164.316(b)(2))."""
FORMS = ("pdf", "print", "csv", "xlsx")
ALL_PAGES = -1
PURPOSES = {
    "operations": "The clinic's own work",
    "payment": "Payment: a claim, an audit, a payer's question",
    "treatment": "Treatment: another clinician who cares for the patient",
    "patient": "The patient asked for it",
    "authorization": "The patient authorized it in writing",
    "law": "The law requires it",
}
"""Why a copy leaves the encrypted file, for the accounting of disclosures."""
PURPOSES_ASKED = {key: words.partition(":")[0] for key, words in PURPOSES.items()}
"""The same in few words, for a choice."""


class ReportRefused(ClinicError):
    """A report cannot be made as it was asked for."""


@dataclass(frozen=True, slots=True)
class ReportKind:
    """A report: its name, what it answers, the action its readers need, and what can be asked of it.

    `group` gathers reports that belong together. `has_list`: it can be saved as CSV and XLSX.
    """

    key: str
    title: str
    about: str
    group: str
    action: str
    asks: tuple[Ask, ...]
    has_list: bool = True
    most_months: int = MOST_MONTHS

    @property
    def is_ranged(self) -> bool:
        """Whether it may cover more than one month."""
        return "months" in self.asks


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a report is asked for: the months `first` to `last`, and whose patients.

    `npi` and `owner_id` choose patients by who bills for them and who calls them. `text` is searched for, `person_id`
    is somebody who works here, `amounts` says whether money is Medicare's estimate or the clinic's charges; `page`
    counts from 0, `ALL_PAGES` asks for all at once.
    """

    first: Month
    last: Month
    npi: str = ""
    owner_id: int | None = None
    text: str = ""
    person_id: int | None = None
    amounts: Amounts = "estimate"
    page: int = 0

    @property
    def months(self) -> tuple[Month, ...]:
        """The months from first to last."""
        found = [self.first]
        while found[-1] < self.last:
            found.append(found[-1].next)
        return tuple(found)

    @property
    def days(self) -> tuple[date, date]:
        """The first day and the last."""
        return self.first.first, self.last.last

    def checked(self, kind: ReportKind) -> "Wanted":
        """Return what can be answered. Raise `ReportRefused` for a range that runs backwards or is too long."""
        if self.last < self.first:
            raise ReportRefused("The last month is before the first one. Choose them the other way round.")
        if len(self.months) > kind.most_months:
            raise ReportRefused(f"This report covers at most {kind.most_months} months. Choose fewer.")
        if not kind.is_ranged and self.first != self.last:
            raise ReportRefused(f"{kind.title} is about one month.")
        return self


_CARE, _TIME, _MONEY = "report.care", "report.time", "report.money"

KINDS: tuple[ReportKind, ...] = (
    ReportKind(
        "readiness",
        "Readiness",
        "Who is ready to bill, who is not, why, and whose job it is.",
        "The month",
        "readiness.read",
        ("month", "practitioner", "owner"),
    ),
    ReportKind(
        "contacts",
        "Contacts",
        "Who was called, how often, and what came of it.",
        "Care",
        _CARE,
        ("months", "practitioner", "owner"),
    ),
    ReportKind(
        "follow_ups",
        "Follow-ups and escalations",
        "What is open, what is late, whose it is, and how long answers took.",
        "Care",
        _CARE,
        ("months", "practitioner", "owner"),
    ),
    ReportKind(
        "enrolment",
        "Enrolment",
        "Who is in the programme, who waits for a consent, who declined or stopped, and why.",
        "Care",
        _CARE,
        ("month", "practitioner", "owner"),
    ),
    ReportKind(
        "need",
        "Patients in need of a call",
        "Who was due, who was served, and how long the others have waited.",
        "Care",
        _CARE,
        ("month", "practitioner", "owner"),
    ),
    ReportKind(
        "staff_time",
        "Staff time by day",
        "Minutes worked and counted, day by day, with what was typed, late or is not confirmed.",
        "Time and money",
        _TIME,
        ("months", "person"),
    ),
    ReportKind(
        "late_time",
        "Late and hand-entered time",
        "Every entry that a timer did not write, or that came late.",
        "Time and money",
        _TIME,
        ("months", "person", "practitioner"),
    ),
    ReportKind(
        "revenue",
        "Expected revenue",
        "What the ready months may bring, by code and month.",
        "Time and money",
        _MONEY,
        ("months", "practitioner", "amounts"),
    ),
    ReportKind(
        "years",
        "Year over year",
        "Patients served, time and claims of a year beside the year before.",
        "Time and money",
        _MONEY,
        ("years", "practitioner"),
    ),
    ReportKind(
        "review",
        "CCM Readiness Review",
        "The programme's four parts, answered from the clinic's own records where they can be.",
        "The programme",
        "report.programme",
        ("month",),
        has_list=False,
    ),
    ReportKind(
        "manual",
        "Programme manual",
        "How this clinic does chronic care management, as a written procedure.",
        "The programme",
        "report.programme",
        (),
        has_list=False,
    ),
    ReportKind(
        "disclosures",
        "Accounting of disclosures",
        "Every copy that left the encrypted file: what, when, by whom and why.",
        "Records",
        "report.disclosures",
        ("months", "text", "page"),
        most_months=SIX_YEARS,
    ),
    ReportKind(
        "audit",
        "Audit trail",
        "What was done in CareLoop, by whom and when.",
        "Records",
        "audit.read",
        ("months", "text", "person", "page"),
        most_months=SIX_YEARS,
    ),
)


def kind_of(key: str) -> ReportKind:
    """Return a report by its key. Raise `ReportRefused`."""
    found = next((kind for kind in KINDS if kind.key == key), None)
    if found is None:
        raise ReportRefused("There is no such report. Open the list again.")
    return found
