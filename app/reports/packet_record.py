"""Parts 3 to 6, 8 and 9 of a packet: what the record says of the patient, and what else happened in the month."""

from app.reports.care_plan import plan_facts, plan_text
from app.reports.page import Cell, Column, Flow, Row
from app.reports.sheet import BLOCK, MUTED, READY
from app.reports.wording import day, known, moment, words
from app.rules.packet_facts import PacketFacts

_PROGRAMS: tuple[tuple[str, frozenset[str]], ...] = (
    ("Chronic care management by somebody else", frozenset({"99490", "99439", "99487", "99489", "99491", "99437"})),
    ("Transitional care management", frozenset({"99495", "99496"})),
    (
        "Remote physiologic or therapeutic monitoring",
        frozenset({"99453", "99445", "99454", "99457", "99458", "99470", "98980", "98981"}),
    ),
    ("Behavioral health integration, collaborative care", frozenset({"99484", "99492", "99493", "99494", "G2214"})),
    ("Principal care management", frozenset({"99424", "99425", "99426", "99427"})),
    ("Advanced primary care management", frozenset({"G0556", "G0557", "G0558"})),
    ("Home health or hospice oversight", frozenset({"G0181", "G0182"})),
    ("Monthly ESRD service", frozenset(str(code) for code in range(90951, 90971))),
)
TOLD = ("availability", "cost_sharing", "one_practitioner", "right_to_stop")


def conditions(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 3: the qualifying conditions, why they last, their risk, who documented them."""
    flow.heading("3  Conditions", key)
    rows = [
        Row(
            (
                Cell(each.icd10, bold=True),
                known(each.description),
                day(each.onset_on),
                _yes(yes=each.expected_12_months),
                _yes(yes=each.significant_risk),
                known(each.documented_by),
            ),
            tuple(
                Cell(text, colour=MUTED)
                for text in (
                    f"Why it lasts, and its risk: {known(each.basis)}",
                    f"Resolved {day(each.resolved_on)}" if each.resolved_on else None,
                )
                if text and text.strip()
            ),
        )
        for each in facts.conditions
    ]
    columns = (
        Column(11, "ICD-10-CM"),
        Column(33, "Condition"),
        Column(13, "Onset"),
        Column(13, "12 months or more"),
        Column(13, "Significant risk"),
        Column(17, "Documented by"),
    )
    flow.table(columns, rows)


def consent(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 4: when and how consent was given, what was told, and its end."""
    flow.heading("4  Consent", key)
    given = facts.consent
    if given is None:
        flow.paragraph(Cell("✗ No consent on record.", colour=BLOCK))
        return
    pairs: list[tuple[str, str | Cell]] = [
        ("Given", moment(given.given, facts.clinic.time_zone)),
        ("Method", words(given.method)),
        ("Taken by", known(given.taken_by)),
        ("For practitioner", known(given.practitioner)),
        ("Source", known(given.source)),
        ("Revoked", day(given.revoked_on) if given.revoked_on else "No"),
    ]
    flow.facts(pairs)
    rows = [
        Row(
            (
                _yes(yes=item in given.told),
                f"Told that {words(item)}" if item != TOLD[0] else "Told that CCM is available",
            )
        )
        for item in TOLD
    ]
    flow.table((Column(12, "Told"), Column(88, "What the patient was told")), rows)


def initiating_visit(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 5: the visit CCM began with, or why none was needed."""
    flow.heading("5  Initiating visit", key)
    visit = facts.visit
    if visit is None:
        flow.paragraph("Not recorded.")
        return
    if not visit.needed:
        flow.paragraph(f"Not needed: last seen {day(visit.last_seen_on)}.")
    elif visit.on is None:
        flow.paragraph(Cell("✗ A visit is needed, and none is on record.", colour=BLOCK))
    pairs: list[tuple[str, str | Cell]] = [
        ("CCM started", day(visit.ccm_started_on)),
        ("Last seen before", day(visit.last_seen_on)),
        ("New patient", "Yes" if visit.patient_new else "No"),
    ]
    if visit.on:
        pairs += [
            ("Visit", day(visit.on)),
            ("Code", known(visit.code)),
            ("CCM discussed", _yes(yes=visit.ccm_discussed)),
            ("Practitioner", known(visit.practitioner)),
        ]
    pairs.append(("G0506", day(visit.g0506_on) if visit.g0506_on else "None"))
    flow.facts(pairs)


def care_plan(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 6: the plan in force and, unless it is kept elsewhere, its full text."""
    flow.heading("6  Care plan", key)
    plan = facts.care_plan
    if plan is None:
        flow.paragraph(Cell("✗ No care plan on record.", colour=BLOCK))
        return
    plan_facts(flow, plan, facts.clinic.time_zone)
    if plan.kept_outside:
        flow.paragraph("The text of this plan is kept outside CareLoop; only its dates were brought in.")
        return
    version = f"version {plan.version}" if plan.version is not None else "unnumbered"
    flow.subheading(f"Annex: full text of the plan, {version}")
    plan_text(flow, plan)


def decision_making(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 8: medical decision making, where the complex family stands on it."""
    flow.heading("8  Medical decision making", key)
    codes = {line.code for line in (*facts.readiness.lines, *facts.readiness.would_bill)}
    if facts.mdm is None:
        flow.paragraph("Not recorded." if "99487" in codes else "Not needed: 99487 is not among the codes.")
        return
    mdm = facts.mdm
    if "99487" not in codes:
        flow.paragraph("Recorded, and not needed: 99487 is not among the codes.")
    flow.facts(
        [
            ("Level", words(mdm.level)),
            ("Documented", day(mdm.documented_on)),
            ("Practitioner", known(mdm.practitioner)),
        ]
    )
    pairs = [("Problems", mdm.problems), ("Data", mdm.data), ("Risk", mdm.risk)]
    flow.facts([(name, known(text)) for name, text in pairs if text or "99487" in codes], pairs_a_row=1)


def same_month(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 9: stays, and services of this month that bear on CCM."""
    flow.heading("9  Same-month check", key)
    asked = facts.same_month_asked_on
    flow.paragraph(
        f"Care by other practices was asked about on {day(asked)}."
        if asked
        else "Care by other practices: the day it was asked about is not recorded."
    )
    flow.subheading("Stays")
    stays = [
        Row((words(stay.kind), day(stay.from_on), day(stay.to_on) if stay.to_on else "Still there"))
        for stay in facts.stays
    ]
    flow.table((Column(40, "Kind"), Column(30, "From"), Column(30, "To")), stays)
    flow.subheading("Other services")
    services = [Row((Cell(each.code, bold=True), day(each.on), words(each.by))) for each in facts.services]
    flow.table((Column(40, "Code"), Column(30, "Date"), Column(30, "By")), services)
    flow.subheading("Programs that bear on chronic care management")
    rows = [Row((name, _found(facts, codes))) for name, codes in _PROGRAMS]
    flow.table((Column(55, "Program"), Column(45, "In this month")), rows)


def _found(facts: PacketFacts, codes: frozenset[str]) -> str | Cell:
    found = [f"{each.code} on {day(each.on)}, {words(each.by)}" for each in facts.services if each.code in codes]
    return "; ".join(found) or Cell("None recorded", colour=MUTED)


def _yes(*, yes: bool) -> Cell:
    return Cell("✓ Yes", colour=READY) if yes else Cell("✗ No", colour=BLOCK)
