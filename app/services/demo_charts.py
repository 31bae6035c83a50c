"""Invented patients: who they are, and what stands on their charts before anybody calls them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from itertools import count
from random import Random

from app.models import Allergy, Base, Condition, Medication, Patient, PatientContact
from app.services.demo_calendar import Period, at, workday
from app.services.demo_stories import Story
from app.services.demo_team import Biller, Member, Team
from app.services.demo_texts import HardName, Illness, chartings, names, town
from app.services.patient_form import ContactForm, PatientForm, checked, columns_of

_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"


@dataclass(slots=True)
class Chart:
    """One invented patient and every row about them, in the order in which they are written.

    `rows` point to the patient alone, `then` to some of `rows`. `started_on` is the first day of CCM, None for who was
    never enrolled; `over_on` the day on which it ended by a wish or by death.
    """

    patient: Patient
    story: Story
    biller: Biller
    nurse: Member
    illnesses: tuple[Illness, ...]
    medicines: tuple[str, ...]
    relation: str
    rng: Random
    started_on: date | None = None
    over_on: date | None = None
    rows: list[Base] = field(default_factory=list)
    then: list[Base] = field(default_factory=list)


@dataclass(slots=True)
class Numbers:
    """Row ids, so that rows can point to one another before they are written."""

    call: Iterator[int] = field(default_factory=lambda: count(1))
    plan: Iterator[int] = field(default_factory=lambda: count(1))
    entry: Iterator[int] = field(default_factory=lambda: count(1))
    note: Iterator[int] = field(default_factory=lambda: count(1))


def dealt_names(patients: int, rng: Random) -> list[HardName]:
    """Return a name for each of so many patients: no two the same but the namesakes that are meant."""
    known = names()
    given_out: dict[tuple[str, str], HardName] = {}
    while len(given_out) < patients:
        sex = rng.choice(("female", "female", "male"))
        given = rng.choice(known.female if sex == "female" else known.male)
        suffix = rng.choice(known.suffixes) if sex == "male" and rng.random() < 0.06 else ""
        drawn = HardName(given, rng.choice(known.family), sex, suffix)
        given_out.setdefault((drawn.given, drawn.family), drawn)
    dealing = list(given_out.values())
    # Every sixth patient, from the third on, has a hard one, as long as there are such names.
    for place, hard in zip(range(2, patients, 6), known.hard, strict=False):
        dealing[place] = hard
    return dealing


def new_chart(number: int, name: HardName, story: Story, team: Team, period: Period, *, seed: str) -> Chart:
    """Return patient `number` (from 1) with conditions, medicines, allergies and contacts."""
    rng = Random(f"{seed}/patient/{number}")  # noqa: S311 - invented people, no secrets
    added_on = workday(period.first.previous, rng.randrange(1, 20)) - timedelta(days=rng.randrange(0, 400))
    form = checked(_form(number, name, story, rng), added_on)
    patient = Patient(**columns_of(form), id=number, added_at=at(added_on, 9, rng.randrange(60), period.zone))
    illnesses = _illnesses(story, rng)
    chart = Chart(
        patient=patient,
        story=story,
        biller=_biller(story, team, rng),
        nurse=team.care[number % len(team.care)],
        illnesses=illnesses,
        medicines=(),
        relation=f"the {form.contacts[0].relation}" if form.contacts else "the family",
        rng=rng,
    )
    chart.rows += [
        PatientContact(
            patient_id=number,
            name=each.name,
            relation=each.relation,
            phone=each.phone,
            may_discuss_care=each.may_discuss_care,
        )
        for each in form.contacts
    ]
    chart.rows += _conditions(chart, period)
    medications = _medications(chart, period)
    chart.medicines = tuple(row.description for row in medications if row.stopped_on is None)
    chart.rows += medications
    chart.rows += _allergies(chart, period)
    return chart


def _form(number: int, name: HardName, story: Story, rng: Random) -> PatientForm:
    place = town()
    city, code = rng.choice(place.cities)
    has_window = rng.random() < 0.3
    begins = rng.choice((9, 10, 13))
    contacts = tuple(_contact(name, rng) for _ in range(rng.choice((0, 0, 1, 1, 1, 2))))
    return PatientForm(
        given_name=name.given,
        family_name=name.family,
        suffix=name.suffix,
        born_on=date(1930, 1, 1) + timedelta(days=rng.randrange(0, 30 * 365)),
        sex=name.sex,
        mrn=f"AH-{10_000 + number}",
        mbi="" if rng.random() < 0.02 else _mbi(number),
        coverage=story.coverage,
        address_line1=f"{rng.randrange(2, 2400)} {rng.choice(place.streets)}",
        address_line2=rng.choice(place.homes) if rng.random() < 0.15 else "",
        city=city,
        state=place.state,
        zip=code,
        phone=_phone(rng),
        phone_alternate=_phone(rng) if rng.random() < 0.2 else "",
        time_zone=rng.choice(place.away) if rng.random() < 0.04 else "",
        language=name.language or rng.choice(place.languages),
        call_from=time(begins) if has_window else None,
        call_until=time(begins + rng.choice((2, 3, 4))) if has_window else None,
        call_days=("mon", "wed", "fri") if has_window and rng.random() < 0.3 else (),
        contacts=contacts,
    )


def _contact(name: HardName, rng: Random) -> ContactForm:
    known = names()
    relation = rng.choice(town().relations)
    family = rng.choice(known.family) if relation in {"neighbor", "friend"} else name.family
    given = rng.choice((*known.female, *known.male))
    return ContactForm(f"{given} {family}", relation, _phone(rng), rng.random() < 0.7)


def _phone(rng: Random) -> str:
    """Return a number that no telephone has: exchange 555, line 0100 to 0199."""
    return f"{rng.choice(town().area_codes)}55501{rng.randrange(100):02d}"


def _mbi(number: int) -> str:
    """Return a Medicare number of the right form that begins with 9DE0M, so that everybody sees it is made up."""
    rest = number
    places = []
    for choices in ("0123456789", "0123456789", _MBI_LETTERS, _MBI_LETTERS, "0123456789"):
        rest, place = divmod(rest, len(choices))
        places.append(choices[place])
    return "9DE0MA" + "".join(reversed(places))


def _biller(story: Story, team: Team, rng: Random) -> Biller:
    if story.practitioner:
        return team.cannot_bill[story.practitioner]
    return rng.choices(team.billers, weights=[each.share for each in team.billers])[0]


def _illnesses(story: Story, rng: Random) -> tuple[Illness, ...]:
    known = chartings().illnesses
    if story.conditions == "one_category":
        return tuple(each for each in known if each.key == "diabetes")
    wanted = {"one": 1, "no_risk": 2}.get(story.conditions, rng.choice((2, 2, 3, 3, 4, 5)))
    chosen: list[Illness] = []
    risky = 0
    while risky < wanted:
        left = [each for each in known if each not in chosen]
        drawn = rng.choices(left, weights=[each.weight for each in left])[0]
        chosen.append(drawn)
        risky += drawn.is_risky
    return tuple(each for each in chosen if story.conditions == "some" or each.is_risky)


def _conditions(chart: Chart, period: Period) -> list[Condition]:
    story, rng, patient_id = chart.story, chart.rng, chart.patient.id
    first = period.first.first
    coded = [each.coded(frozenset(other.key for other in chart.illnesses)) for each in chart.illnesses]
    risky = [each.is_risky and story.conditions != "no_risk" for each in chart.illnesses]
    if story.conditions == "one_category":
        coded = [
            ("E11.42", "Type 2 diabetes mellitus with diabetic polyneuropathy"),
            ("E11.65", "Type 2 diabetes mellitus with hyperglycemia"),
        ]
        risky = [True, True]
    rows = [
        Condition(
            patient_id=patient_id,
            code_system="icd10",
            code=code,
            description=description,
            onset_on=first - timedelta(days=rng.randrange(400, 6000)),
            confirmed=True,
            expected_12_months=True,
            significant_risk=is_risky,
        )
        for (code, description), is_risky in zip(coded, risky, strict=True)
    ]
    for other in chartings().others:
        if rng.random() < 0.15:
            onset = first - timedelta(days=rng.randrange(200, 3000))
            rows.append(
                Condition(
                    patient_id=patient_id,
                    code_system=other["code_system"],
                    code=other["code"],
                    description=other["description"],
                    onset_on=onset,
                    resolved_on=onset + timedelta(days=30) if other.get("resolved") else None,
                )
            )
    return rows


def _medications(chart: Chart, period: Period) -> list[Medication]:
    rng = chart.rng
    rows = []
    for illness in chart.illnesses:
        for name, directions in illness.medicines[: rng.choice((1, 1, 2, 3))]:
            started = period.first.first - timedelta(days=rng.randrange(60, 2500))
            is_over = rng.random() < 0.06
            rows.append(
                Medication(
                    patient_id=chart.patient.id,
                    description=name,
                    directions=directions,
                    reason=illness.description,
                    started_on=started,
                    stopped_on=started + timedelta(days=45) if is_over else None,
                )
            )
    return rows


def _allergies(chart: Chart, period: Period) -> list[Allergy]:
    rng = chart.rng
    chosen = rng.sample(chartings().allergies, rng.choice((0, 0, 0, 1, 1, 2)))
    return [
        Allergy(
            patient_id=chart.patient.id,
            description=what,
            reaction=reaction,
            started_on=period.first.first - timedelta(days=rng.randrange(2000, 12000)),
        )
        for what, reaction in chosen
    ]
