"""The verdict on each patient's month: what is on record now, or what was frozen with the month's final packet."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models import Clinic, Packet
from app.rules.case_json import case_to_json, parse_case
from app.rules.errors import ClinicError
from app.rules.evaluate import evaluate
from app.rules.month import Month
from app.rules.month_case import MonthCase
from app.rules.packet_facts import FINAL
from app.rules.readiness import Readiness, readiness_from_json
from app.rules.rule_book import RuleBook
from app.services.board.holds import Hold, standing_holds
from app.services.month_case import PatientRef, gather


class MonthUnknown(ClinicError):
    """A month from before the first whose rules the program knows."""


class MonthNotOver(ClinicError):
    """The month still runs at the clinic: what is made of it could change."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A patient's month and its verdict.

    With a final packet (`packet_no`) both are the ones frozen with it, and `changed_since` says whether the record has
    moved on from there; without, both are as of now. `hold` is what a person keeps it from being billed for; it changes
    nothing else.
    """

    patient: PatientRef
    case: MonthCase
    result: Readiness
    packet_no: str | None = None
    changed_since: bool = False
    hold: Hold | None = None


def judge(
    session: Session, clinic: Clinic, month: Month, book: RuleBook, patient_ids: Collection[int] | None = None
) -> list[Judged]:
    """Return the verdict on each patient who has a case for the month, in the order of their case ids.

    Raises `MonthUnknown`.
    """
    require_known(book, month, clinic.setting)
    frozen = {
        row.patient_id: row
        for row in session.execute(
            select(Packet.patient_id, Packet.packet_no, Packet.case, Packet.result).where(
                Packet.month == str(month), Packet.state == FINAL
            )
        )
    }
    holds = standing_holds(session, month)
    judged = []
    for patient, case in gather(session, month, clinic.time_zone, clinic.setting, patient_ids):
        made = frozen.get(patient.id)
        if made is None:
            judged.append(Judged(patient, case, evaluate(case, book), hold=holds.get(patient.id)))
            continue
        then = json.loads(made.case)
        result = readiness_from_json(json.loads(made.result))
        judged.append(Judged(patient, parse_case(then), result, made.packet_no, then != case_to_json(case)))
    return judged


def clinic_of(session: Session) -> Clinic:
    """Return the clinic's one row."""
    return session.get_one(Clinic, 1)


def require_known(book: RuleBook, month: Month, setting: str) -> None:
    """Raise `MonthUnknown` unless the rules of the month are known for the clinic's setting."""
    if not book.knows(month, setting):
        raise MonthUnknown(
            f"The rules for {month} are not known to CareLoop: for this kind of clinic they begin later. "
            "Choose a later month."
        )


def require_over(month: Month, zone: str, now: datetime) -> None:
    """Raise `MonthNotOver` while the month still runs on the clinic's clock."""
    if now < month.bounds(ZoneInfo(zone))[1]:
        raise MonthNotOver(
            f"{month} is not over yet at the clinic ({zone}). Packets are made when the month is finished, "
            f"after {month.last}."
        )
