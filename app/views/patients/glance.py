"""How a patient stands, in lines that the list's card and the chart's first page share."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from app.services.overview import ConsentGlance, MonthGlance, Overview, PlanGlance
from app.views.patients.standing import day_words, joined, moment_words, standing_words
from app.views.widgets import Tone, format_date, format_duration


@dataclass(frozen=True, slots=True)
class Line:
    """How one thing stands: a sentence, its tone, and a smaller line under it."""

    text: str
    tone: Tone
    detail: str = ""


def standing_line(overview: Overview) -> Line:
    """Say whether and since when the patient is enrolled, and with whom."""
    if overview.status == "enrolled":
        since = overview.ccm_started_on
        text = _tr("Enrolled since {day}").format(day=format_date(since)) if since else _tr("Enrolled")
        return Line(text, Tone.READY, overview.practitioner)
    if overview.status:
        tone = Tone.WARN if overview.status == "stopped" else Tone.NEUTRAL
        ended = f"{standing_words(overview.status)} {day_words(overview.ended_on)}"
        return Line(ended, tone, joined((overview.ended_reason, overview.practitioner)))
    return Line(_tr("Not enrolled yet"), Tone.INFO)


def consent_line(consent: ConsentGlance | None) -> Line:
    """Say when and how consent was given, and what it lacks."""
    if consent is None:
        return Line(_tr("No consent recorded"), Tone.WARN)
    when = moment_words(consent.given_at) if consent.given_at else format_date(consent.given_on)
    how = _tr("verbal") if consent.method == "verbal" else _tr("written")
    text = f"{when}, {how}"
    by = _tr("Taken by {name}").format(name=consent.taken_by) if consent.taken_by else ""
    if consent.revoked_on is not None:
        return Line(_tr("Revoked {day}").format(day=format_date(consent.revoked_on)), Tone.BLOCK, text)
    if len(consent.told) < 4:
        lacks = _tr("{n} of the 4 things told").format(n=len(consent.told))
        return Line(text, Tone.WARN, joined((lacks, by)))
    if not consent.for_biller:
        named = _tr("Names another practitioner: {name}").format(name=consent.practitioner)
        return Line(text, Tone.WARN, named)
    return Line(text, Tone.READY, by)


def plan_line(plan: PlanGlance | None) -> Line:
    """Say which plan is in force and whether the patient has a copy."""
    if plan is None:
        return Line(_tr("No care plan"), Tone.WARN)
    if plan.signed_on is None:
        if plan.is_imported:
            return Line(_tr("Kept outside CareLoop, not signed"), Tone.WARN)
        return Line(_tr("Draft, not signed yet"), Tone.WARN)
    signed = format_date(plan.signed_on)
    if plan.is_imported:
        text = _tr("Kept outside CareLoop, signed {day}").format(day=signed)
    else:
        text = _tr("Version {n}, signed {day}").format(n=plan.version, day=signed)
    if plan.copy_given_on is None:
        return Line(text, Tone.WARN, _tr("Copy not given yet"))
    copy = _tr("Copy given {day}").format(day=format_date(plan.copy_given_on))
    reviewed = _tr("reviewed {day}").format(day=day_words(plan.last_reviewed_on)) if plan.last_reviewed_on else ""
    return Line(text, Tone.READY, joined((copy, reviewed)))


def contacts_line(month: MonthGlance) -> Line:
    """Say how often the patient was reached and tried this month."""
    if not month.reached and not month.attempts:
        return Line(_tr("No contact yet this month"), Tone.NEUTRAL)
    reached = _tr("Reached {n} times").format(n=month.reached) if month.reached != 1 else _tr("Reached once")
    tries = _tr("1 try without an answer")
    if month.attempts != 1:
        tries = _tr("{n} tries without an answer").format(n=month.attempts)
    last = _tr("Last reached {day}").format(day=format_date(month.last_reached_on)) if month.last_reached_on else ""
    text = joined((reached if month.reached else _tr("Not reached"), tries if month.attempts else ""))
    return Line(text, Tone.READY if month.reached else Tone.WARN, last)


def next_line(overview: Overview) -> Line:
    """Say the one thing to do next."""
    month = overview.month
    if overview.status == "" or not month.verdict:
        return Line(_tr("Ask for consent and enrol"), Tone.INFO) if overview.status == "" else Line("–", Tone.NEUTRAL)
    if month.packet_no is not None:
        return Line(_tr("Billed: packet {no}").format(no=month.packet_no), Tone.READY)
    missing = [each for each in month.blockers if each.code != "TIME_LT_THRESHOLD"]
    to_go = month.seconds_to_go
    still = _tr("{time} more to {code}").format(time=format_duration(to_go), code=month.next_code) if to_go else ""
    if missing:
        more = _tr("and {n} more").format(n=len(missing) - 1) if len(missing) > 1 else ""
        return Line(missing[0].sentence, Tone.BLOCK, joined((owner_words(missing[0].owner), more)))
    if month.verdict == "ready":
        return Line(_tr("Ready: {lines}").format(lines=lines_words(month.lines)), Tone.READY, still)
    return Line(still or _tr("More time is needed"), Tone.INFO)


def lines_words(lines: tuple[tuple[str, int], ...]) -> str:
    """Return billing lines as `99490, 99439 × 2`."""
    return ", ".join(code if units == 1 else f"{code} × {units}" for code, units in lines)


def owner_words(owner: str) -> str:
    """Say whose job something mostly is."""
    words: Mapping[str, str] = {
        "nurse": _tr("For the nurse"),
        "practitioner": _tr("For the billing practitioner"),
        "manager": _tr("For the office manager"),
        "admin": _tr("For the administrator"),
    }
    return words[owner]


def verdict_words(month: MonthGlance) -> tuple[str, Tone]:
    """Return the month's chip."""
    if month.packet_no is not None:
        return _tr("Billed"), Tone.READY
    if month.verdict == "ready":
        return _tr("Ready"), Tone.READY
    if month.verdict == "short":
        to_go = format_duration(month.seconds_to_go or 0)
        return _tr("Short {time}").format(time=to_go), Tone.INFO
    if month.verdict == "blocked":
        return _tr("Blocked {n}").format(n=len(month.blockers)), Tone.BLOCK
    return _tr("Not enrolled"), Tone.NEUTRAL


def _tr(words: str) -> str:
    return QCoreApplication.translate("Glance", words)
