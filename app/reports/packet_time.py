"""Part 7 of a packet: the time log, every entry and every second of it, counted or not and why."""

from collections.abc import Iterator
from datetime import datetime

from app.reports.page import Cell, Column, Flow, Row
from app.reports.sheet import MUTED, READY, WARN
from app.reports.wording import clock, finding, local, long_clock, moment, words
from app.rules.packet_facts import PacketFacts, TimeFacts, TimeVersionFacts

# Shares are points at the width of the page: each is as wide as its widest usual word.
_COLUMNS = (
    Column(22, "#"),
    Column(47, "Date"),
    Column(38, "Start"),
    Column(39, "Stop"),
    Column(40, "Seconds", right=True),
    Column(32, "m:ss", right=True),
    Column(80, "Person, credential"),
    Column(50, "Role"),
    Column(60, "Activity"),
    Column(37, "Contact"),
    Column(43, "Source"),
    Column(40, "Counted", right=True),
)


def time_log(flow: Flow, facts: PacketFacts, key: str) -> None:
    """Part 7: the entries in their order, then the sums."""
    flow.heading("7  Time log", key)
    zone = facts.clinic.time_zone
    note = f"Times are on the clinic's clock ({zone}). What an entry said before a change is struck through. "
    note += "The condition or goal an entry touched is in its words; it is not recorded apart."
    flow.paragraph(Cell(note, colour=MUTED), small=True)
    rows = [row for number, entry in enumerate(facts.time, 1) for row in _entry(number, entry, zone)]
    flow.table(_COLUMNS, rows, empty="No time was recorded in this month.", dense=True)
    _sums(flow, facts)


def _entry(number: int, entry: TimeFacts, zone: str) -> Iterator[Row]:
    """The entry as it stands, then what it said before, each earlier version struck through."""
    counted = Cell(clock(entry.counted_seconds), bold=True, colour=READY if entry.counted_seconds else MUTED)
    cells = (
        str(number),
        *_span(entry.start, entry.end, zone),
        f"{entry.seconds:,}",
        clock(entry.seconds),
        ", ".join(part for part in (entry.person, entry.credential) if part),
        words(entry.role),
        words(entry.activity),
        words(entry.contact),
        words(entry.source),
        "–" if entry.withdrawn else counted,
    )
    yield Row(cells, tuple(_below(entry, zone)), struck=entry.withdrawn)
    for version, earlier in enumerate(entry.earlier, 1):
        yield _earlier(Cell(f"{number} v{version}", colour=MUTED), entry, earlier, zone)


def _below(entry: TimeFacts, zone: str) -> Iterator[str | Cell]:
    if entry.description.strip():
        yield entry.description
    for exclusion in entry.exclusions:
        seconds = f"{clock(exclusion.seconds)} ({exclusion.seconds:,} s)"
        yield Cell(f"Not counted {seconds}: {finding(exclusion.reason)} ({exclusion.reason})", colour=WARN)
    remarks = [
        said
        for said, applies in (
            ("Withdrawn", entry.withdrawn),
            ("Late: written after the month was closed", entry.after_close),
            (f"Used for {entry.used_for}", entry.used_for),
            ("Unsigned", not entry.signed),
            ("Unconfirmed", not entry.confirmed),
        )
        if applies
    ]
    if entry.recorded_at:
        remarks.append(f"Entered {moment(entry.recorded_at, zone)}")
    if entry.entered_by:
        why = f" ({entry.entered_reason})" if entry.entered_reason else ""
        remarks.append(f"Entered by {entry.entered_by} for {entry.person}{why}")
    if remarks:
        yield Cell(" · ".join(remarks), colour=MUTED)


def _earlier(number: Cell, entry: TimeFacts, version: TimeVersionFacts, zone: str) -> Row:
    """An earlier version: struck through, the change under it."""
    cells = (
        number,
        *_span(version.start, version.end, zone),
        f"{version.seconds:,}",
        clock(version.seconds),
        entry.person,
        "",
        words(version.activity),
        words(version.contact),
    )
    change = f"Changed {moment(version.changed_at, zone)} by {version.changed_by}: {version.reason}"
    text = (version.description,) if version.description.strip() else ()
    return Row(cells, (*text, Cell(change, colour=WARN)), struck=True)


def _span(start: str, end: str, zone: str) -> tuple[str, str, str]:
    """Day, start and stop; the stop names its day when it is another, both their zone when it changed between."""
    begun, ended = local(start, zone), local(end, zone)
    shown = [f"{begun:%H:%M:%S}", f"{ended:%H:%M:%S}"]
    if begun.utcoffset() != ended.utcoffset():
        shown = [f"{text} {at.tzname()}" for text, at in zip(shown, (begun, ended), strict=True)]
    if _day(begun) != _day(ended):
        shown[1] += f" ({ended:%m/%d})"
    return _day(begun), shown[0], shown[1]


def _day(at: datetime) -> str:
    return f"{at:%m/%d/%Y}"


def _sums(flow: Flow, facts: PacketFacts) -> None:
    readiness = facts.readiness
    lost: dict[str, int] = {}
    for entry in facts.time:
        for exclusion in entry.exclusions:
            lost[exclusion.reason] = lost.get(exclusion.reason, 0) + exclusion.seconds
    sums = [
        ("Logged in the month", sum(entry.seconds for entry in facts.time), False),
        *((f"− {finding(reason)} ({reason})", seconds, False) for reason, seconds in sorted(lost.items())),
        ("Counted: clinical staff", readiness.staff_seconds, False),
        ("Counted: practitioner", readiness.practitioner_seconds, False),
        ("Counted together", readiness.pooled_seconds, True),
    ]
    flow.need(30 + 16 * min(len(sums), 12))
    flow.subheading("Sums")
    rows = [
        Row((name, f"{seconds:,}", clock(seconds), long_clock(seconds)), bold=total, shaded=total)
        for name, seconds, total in sums
    ]
    columns = (
        Column(58, "Time"),
        Column(14, "Seconds", right=True),
        Column(14, "m:ss", right=True),
        Column(14, "h:mm:ss", right=True),
    )
    flow.table(columns, rows)
