"""A fictional clinic to look at, to practise on and to measure with. Nobody in it is real."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from app import assets
from app.rules.errors import ClinicError
from app.rules.month import Month
from app.rules.time_zone import time_zone
from app.services.demo_billing import OpenDesk, bill
from app.services.demo_calendar import Period, Rota, period_of
from app.services.demo_charts import Chart, Numbers, dealt_names, new_chart
from app.services.demo_day import plan_day
from app.services.demo_faults import spoil
from app.services.demo_programme import enrol
from app.services.demo_stories import dealt
from app.services.demo_team import Team, settle_team, team_table
from app.services.demo_time import MonthOfWork, work_month
from app.services.founding import FirstPerson, House, NewClinic, OpenClinic, create_clinic, sign_in
from app.services.people import People, PersonForm
from app.storage import clinic_file

MOST_PATIENTS = 5_000
MOST_MONTHS = 24

Progress = Callable[[int, int], None]
"""Called with patients written so far, and patients in all. It may raise to give up: then nothing is left behind."""


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What a demo clinic is to hold: patients, finished months up to `through` (None: the last one finished), the lot.

    The same plan gives the same contents; without `through`, within the same month. The running month's part grows with
    the calendar, up to the end of yesterday.
    """

    patients: int = 240
    months: int = 6
    through: Month | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True)
class DemoUser:
    """Somebody who can sign in to the demo clinic; `roles` are the names shown."""

    username: str
    name: str
    credential: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo clinic that was made: who can sign in, all with one password, and what it holds."""

    name: str
    users: tuple[DemoUser, ...]
    password: str
    recovery_key: str
    patients: int
    finished: tuple[Month, ...]
    running: Month | None


def create_demo(
    folder: Path,
    house: House,
    plan: DemoPlan,
    progress: Progress = lambda _, __: None,
    open_desk: OpenDesk | None = None,
) -> Demo:
    """Make a demo clinic in `folder`, which must not exist or be empty. Raises `ClinicError`; then nothing is left.

    With `open_desk`, some of the last finished month is approved and made as well.
    """
    name, zone = demo_clinic()
    period = _period(plan, house, zone)
    table = team_table()
    first = FirstPerson(table["person"][0]["username"], table["person"][0]["name"], table["passphrase"])
    with clinic_file.new_folder(folder) as making:
        recovery_key = create_clinic(making, NewClinic(name, zone), first, house)
        opened = sign_in(making, first.username, first.passphrase, house)
        try:
            seed = f"{plan.seed}/{period.through}"
            team = settle_team(opened, house, period, plan.patients, Random(f"{seed}/team"))  # noqa: S311
            _write(opened, invented(plan.patients, team, period, seed), progress)
            # Last, since until now one person did everything.
            people = People(opened.ledger, opened.file, house)
            people.edit(opened.actor, opened.actor.person_id, PersonForm(first.name, "", first.username, ("admin",)))
        finally:
            opened.close()
        if open_desk is not None:
            bill(making, period.through, open_desk)
    return Demo(name, _users(house), first.passphrase, recovery_key, plan.patients, period.finished, period.running)


def demo_clinic() -> tuple[str, str]:
    """Return the demo clinic's name and time zone."""
    clinic = assets.load_toml("demo/town.toml")["clinic"]
    return str(clinic["name"]), str(clinic["time_zone"])


def invented(patients: int, team: Team, period: Period, seed: str) -> list[Chart]:
    """Return so many invented patients with all their months."""
    numbers = Numbers()
    dealing = dealt(patients, Random(f"{seed}/stories"))  # noqa: S311 - invented people, no secrets
    names = dealt_names(patients, Random(f"{seed}/names"))  # noqa: S311
    charts = [
        new_chart(number, name, story, team, period, seed=seed)
        for number, (name, story) in enumerate(zip(names, dealing, strict=True), 1)
    ]
    for chart in charts:
        enrol(chart, team, period, numbers)
    for month in period.worked:
        rota = Rota(period.zone, Random(f"{seed}/rota/{month}"))  # noqa: S311
        works = [
            MonthOfWork(chart, month, period, team, rota, numbers)
            for chart in charts
            if chart.started_on is not None and chart.started_on <= month.last
        ]
        for work in works:
            work_month(work)
        # Afterwards, since some faults need somebody else's hours.
        for work in works:
            spoil(work)
            work.chart.then += work.entries
    plan_day(charts, team, period, seed)
    return charts


def _period(plan: DemoPlan, house: House, zone: str) -> Period:
    if not 1 <= plan.patients <= MOST_PATIENTS:
        raise ClinicError(f"A demo clinic has 1 to {MOST_PATIENTS:,} patients, not {plan.patients:,}.")
    if not 1 <= plan.months <= MOST_MONTHS:
        raise ClinicError(f"A demo clinic has 1 to {MOST_MONTHS} finished months, not {plan.months:,}.")
    period = period_of(plan.months, plan.through, house.clock.now(), time_zone(zone))
    if not assets.load_rule_book().knows(period.first, "office"):
        raise ClinicError(
            f"A demo clinic cannot begin in {period.first}: the rules of that month are not known. "
            "Ask for fewer months, or for a later last month."
        )
    return period


def _write(opened: OpenClinic, charts: list[Chart], progress: Progress) -> None:
    """Write each patient in a transaction of their own, so that the audit trail tells one from another."""
    for number, chart in enumerate(charts, 1):
        with opened.ledger.writing(opened.actor, "demo.fill") as work:
            work.about(chart.patient.id)
            work.note(source="demo", story=chart.story.key)
            for rows in ([chart.patient], chart.rows, chart.then):
                work.session.add_all(rows)
                work.session.flush()
        progress(number, len(charts))


def _users(house: House) -> tuple[DemoUser, ...]:
    return tuple(
        DemoUser(
            row["username"],
            row["name"],
            row.get("credential", ""),
            tuple(house.permissions.roles[role] for role in row["roles"]),
        )
        for row in team_table()["person"]
        if "username" in row
    )
