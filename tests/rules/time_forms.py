"""Hypothesis strategies for crowded months: all of it near one instant, some of them where clocks do odd things."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from tests.rules.case_forms import Form, ready_form

# Month, zone, and an instant that everything is laid around.
SCENES = (
    ("2026-10", "America/Chicago", "2026-10-14T16:00:00Z"),  # an ordinary morning
    ("2026-10", "America/Chicago", "2026-10-01T05:00:00Z"),  # the month's first second
    ("2026-10", "America/Chicago", "2026-11-01T05:00:00Z"),  # the first second after it
    ("2026-11", "America/Chicago", "2026-11-01T07:00:00Z"),  # 01:59:59 is followed by 01:00:00
    ("2026-03", "America/Chicago", "2026-03-08T08:00:00Z"),  # 01:59:59 is followed by 03:00:00
    ("2026-03", "America/Havana", "2026-03-08T05:00:00Z"),  # the day begins at 01:00
    ("2026-11", "America/Havana", "2026-11-01T04:00:00Z"),  # the month begins, and its first midnight comes again
    ("2026-04", "America/Santiago", "2026-04-05T03:00:00Z"),  # midnight goes back to 23:00
    ("2026-10", "Australia/Lord_Howe", "2026-10-03T15:30:00Z"),  # half an hour is left out
    ("2026-09", "Asia/Kathmandu", "2026-08-31T18:15:00Z"),  # a month's first second at a quarter past
    ("2028-02", "Pacific/Kiritimati", "2028-02-29T10:00:00Z"),  # the last second of a leap day
)
STAFF = ("rn1", "rn2", "dr_a")
_NEAR = 3 * 3600

offsets = st.sampled_from((-720, -300, -210, 0, 60, 345, 840)).map(lambda minutes: timezone(timedelta(minutes=minutes)))
_mostly_true = st.sampled_from((True,) * 7 + (False,))


def written(second: int, zone: timezone = timezone(timedelta(0))) -> str:
    return datetime.fromtimestamp(second, zone).isoformat()


@st.composite
def spans(draw: st.DrawFn, around: int) -> tuple[str, str]:
    start = around + draw(st.one_of(st.integers(-_NEAR, _NEAR), st.integers(-4, 4).map(lambda half: half * 1800)))
    seconds = draw(st.sampled_from((1, 59, 60, 1199, 1200, 1800, 3600, 5400)) | st.integers(1, 4000))
    return written(start, draw(offsets)), written(start + seconds, draw(offsets))


@st.composite
def entries(draw: st.DrawFn, around: int, id_: str) -> Form:
    start, end = draw(spans(around))
    return {
        "id": id_,
        "start": start,
        "end": end,
        "staff": draw(st.sampled_from(STAFF)),
        "role": draw(st.sampled_from(("clinical_staff",) * 5 + ("practitioner",) * 4 + ("non_clinical",))),
        "activity": draw(st.sampled_from(("patient_call",) * 8 + ("travel",))),
        "contact": draw(st.sampled_from(("reached", "attempt", "none"))),
        "works_in_us": draw(_mostly_true),
        "used_for": draw(st.sampled_from((None,) * 8 + ("visit", "rpm"))),
        "confirmed": draw(_mostly_true),
    }


@st.composite
def others(draw: st.DrawFn, around: int) -> Form:
    start, end = draw(spans(around))
    return {"staff": draw(st.sampled_from(STAFF)), "start": start, "end": end}


@st.composite
def crowded_forms(draw: st.DrawFn) -> Form:
    """A case of at most six entries within hours of one instant, among bars of every kind."""
    month, zone, anchor = draw(st.sampled_from(SCENES))
    around = int(datetime.fromisoformat(anchor).timestamp())
    ids = draw(st.permutations(("a", "b", "t10", "t2", "t3", "z")))[: draw(st.integers(1, 6))]
    return ready_form(
        {
            "month": month,
            "time_zone": zone,
            "consent": draw(st.none() | _consents(around)),
            "patient.died": draw(st.none() | _days(around)),
            "time": [draw(entries(around, id_)) for id_ in ids],
            "other_patient_time": draw(st.lists(others(around), max_size=5)),
            "stays": draw(st.lists(_stays(around), max_size=2)),
        }
    )


def seconds_of(entry: Form) -> range:
    """Return every second of an entry, as a whole number since 1970."""
    start, end = (int(datetime.fromisoformat(entry[name]).timestamp()) for name in ("start", "end"))
    return range(start, end)


def _days(around: int) -> st.SearchStrategy[str]:
    day = datetime.fromtimestamp(around, UTC).date()
    return st.integers(-2, 2).map(lambda days: (day + timedelta(days=days)).isoformat())


@st.composite
def _consents(draw: st.DrawFn, around: int) -> Form:
    instants = st.builds(written, st.integers(around - _NEAR, around + _NEAR), offsets)
    given = draw(instants | _days(around) | st.just("2025-01-01"))
    return {"given": given, "method": "verbal", "told": [], "practitioner": "dr_a", "revoked_on": None}


@st.composite
def _stays(draw: st.DrawFn, around: int) -> Form:
    first = date.fromisoformat(draw(_days(around)))
    last = first + timedelta(days=draw(st.sampled_from((0, 0, 1, 3))))
    kind = draw(st.sampled_from(("inpatient", "snf_part_a")))
    return {"kind": kind, "from": first.isoformat(), "to": last.isoformat()}
