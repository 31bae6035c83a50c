"""The one place where everything is wired."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app import __version__, assets
from app.cli import Wiring
from app.clock import Clock
from app.exchange.charge_list import charge_list_csv, charge_list_xlsx
from app.exchange.fhir_care_plan import fhir_bundle
from app.exchange.icd10_file import read_order_file
from app.exchange.intake import read_folder_or_files
from app.exchange.not_billed import not_billed_csv, not_claimed_csv
from app.exchange.report_file import report_csv, report_xlsx
from app.exchange.x12_837p import claim_at, write_837p
from app.exchange.x12_responses import read_response
from app.reports.audit_answer import audit_answer_pdf
from app.reports.bound import bound_pdf, not_billed_pdf
from app.reports.call_sheet import call_sheet_pdf
from app.reports.care_plan import care_plan_pdf
from app.reports.cms1500 import calibration_pdf, claim_forms_pdf, data_sheets_pdf
from app.reports.emergency_kit import emergency_kit_pdf
from app.reports.encrypted import encrypt_pdf
from app.reports.explain import explanation_pdf
from app.reports.packet import packet_pdf, packet_press
from app.reports.patient_plan import patient_plan_pdf
from app.reports.readiness import readiness_pdf
from app.reports.report import report_pdf
from app.reports.void import void_pdf
from app.rules.care_plan import parse_section_kinds
from app.security.permissions import parse_permissions
from app.security.recovery import new_recovery_key
from app.services.amendments import Amendments
from app.services.backups import Backups, restore_clinic
from app.services.board.eligibility import Eligibility
from app.services.board.explaining import Explain
from app.services.board.handovers import HandOvers
from app.services.board.holds import Holds
from app.services.board.last_days import EndOfMonthPlan
from app.services.board.leaks import Leaks
from app.services.board.reviews import TimeReviews
from app.services.cadence import Cadence
from app.services.calls import Calls
from app.services.care_plans import CarePlans
from app.services.chart import Chart
from app.services.claims.audit_answers import AuditAnswers
from app.services.claims.claims import Claims
from app.services.clinic_settings import ClinicSettings
from app.services.closing.reopenings import Reopenings
from app.services.demo import DemoPlan, create_demo
from app.services.desk import Desk
from app.services.documents import Documents
from app.services.enrolments import Enrolments
from app.services.escalations import Escalations
from app.services.figures.reports import Reports
from app.services.follow_ups import FollowUps
from app.services.founding import (
    FirstPerson,
    House,
    NewClinic,
    OpenClinic,
    create_clinic,
    recover,
    sign_in,
    verify_passphrase,
    verify_second_person,
)
from app.services.history import History
from app.services.icd10_codes import Icd10Codes
from app.services.imports import Imports
from app.services.impossible_days import ImpossibleDays
from app.services.integrity import Integrity
from app.services.month_end import MonthEnd, Writers
from app.services.notes import Notes
from app.services.overview import Overviews
from app.services.packet_folder import require_out
from app.services.patients import Patients
from app.services.people import People
from app.services.phrases import Phrases
from app.services.plan_copies import PlanCopies
from app.services.plan_history import PlanHistory
from app.services.plan_monitoring import PlanMonitoring
from app.services.plan_templates import PlanTemplates
from app.services.practitioners import Practitioners
from app.services.promises import Promises
from app.services.reachability import ReachabilityOf
from app.services.readiness import Readiness
from app.services.reconciliations import Reconciliations
from app.services.scripts import Scripts
from app.services.spelling import Spelling, load_speller
from app.services.standing_months import StandingMonths
from app.services.time_entries import TimeEntries
from app.services.timer_policies import TimerPolicies
from app.services.today import Today
from app.services.weekly_plan import WeeklyPlan
from app.storage.integrity import check
from app.storage.journal import CallJournal
from app.storage.ledger import Changes
from app.views.wiring import Demo, DemoPerson, Tell
from app.views.wiring import Wiring as WindowWiring


def house_of(clock: Clock) -> House:
    """Return what every clinic of this program is opened with."""
    return House(clock, parse_permissions(assets.load_toml("security/permissions.toml")), assets.common_passphrases())


def open_desk(
    folder: Path,
    username: str,
    passphrase: str,
    house: House,
    on_commit: Callable[[Changes], None] = lambda _: None,
) -> Desk:
    """Sign in to the clinic in `folder` and return everything that person can do there. Raises `ClinicError`."""
    return desk_of(sign_in(folder, username, passphrase, house, on_commit), house)


def desk_of(opened: OpenClinic, house: House) -> Desk:
    """Wire the services of an opened clinic."""
    ledger = opened.ledger
    months = StandingMonths(assets.load_rule_book(), __version__)
    care_plans = CarePlans(
        ledger,
        parse_section_kinds(assets.load_toml("care_plan_sections.toml")),
        verify_passphrase=partial(verify_passphrase, opened),
        make_paper=care_plan_pdf,
        program_version=__version__,
    )
    claims = Claims(
        ledger,
        assets.load_rule_book(),
        program_version=__version__,
        write_file=write_837p,
        read_response=read_response,
        claim_at=claim_at,
        print_forms=lambda claims, offset: claim_forms_pdf(claims, offset.right, offset.down),
        print_data_sheets=data_sheets_pdf,
        print_calibration=lambda offset: calibration_pdf(offset.right, offset.down),
    )
    return Desk(
        opened=opened,
        patients=Patients(ledger),
        chart=Chart(ledger),
        enrolments=Enrolments(ledger),
        amendments=Amendments(ledger),
        practitioners=Practitioners(ledger),
        overviews=Overviews(ledger, assets.load_rule_book()),
        people=People(ledger, opened.file, house),
        clinic=ClinicSettings(ledger, assets.load_rule_book()),
        imports=Imports(ledger, read_folder_or_files),
        calls=Calls(ledger, CallJournal(opened.file.folder, house.clock), assets.load_rule_book()),
        timer_policies=TimerPolicies(ledger),
        impossible_days=ImpossibleDays(ledger),
        notes=Notes(ledger),
        today=Today(ledger, months),
        weekly_plan=WeeklyPlan(ledger, months, program_version=__version__, make_sheet=call_sheet_pdf),
        cadence=Cadence(ledger),
        promises=Promises(ledger),
        follow_ups=FollowUps(ledger),
        escalations=Escalations(ledger),
        scripts=Scripts(ledger),
        phrases=Phrases(ledger),
        reachability=ReachabilityOf(ledger),
        time_entries=TimeEntries(ledger),
        care_plans=care_plans,
        plan_monitoring=PlanMonitoring(ledger, care_plans.record_review),
        reconciliations=Reconciliations(ledger),
        documents=Documents(ledger, packet_pdf),
        history=History(ledger),
        spelling=Spelling(ledger, load_speller),
        icd10=Icd10Codes(ledger, read_order_file),
        plan_copies=PlanCopies(ledger, patient_plan_pdf, fhir_bundle, __version__),
        plan_templates=PlanTemplates(ledger, parse_section_kinds(assets.load_toml("care_plan_sections.toml"))),
        plan_history=PlanHistory(ledger),
        readiness=Readiness(ledger, assets.load_rule_book(), __version__),
        holds=Holds(ledger),
        eligibility=Eligibility(ledger),
        time_reviews=TimeReviews(ledger),
        hand_overs=HandOvers(ledger, assets.load_rule_book()),
        explain=Explain(ledger, assets.load_rule_book(), program_version=__version__, make_paper=explanation_pdf),
        leaks=Leaks(ledger, assets.load_rule_book(), months),
        last_days=EndOfMonthPlan(ledger, months),
        month_end=MonthEnd(
            ledger,
            assets.load_rule_book(),
            clinic_folder=opened.file.folder,
            program_version=__version__,
            verify_passphrase=partial(verify_passphrase, opened),
            writers=month_writers(),
            send_claims=claims.month_files,
        ),
        reports=Reports(
            ledger,
            assets.load_rule_book(),
            program_version=__version__,
            make_paper=report_pdf,
            make_readiness=readiness_pdf,
            make_csv=report_csv,
            make_xlsx=report_xlsx,
        ),
        reopenings=Reopenings(
            ledger,
            assets.load_rule_book(),
            verify_second=partial(verify_second_person, opened),
            writers=month_writers(),
        ),
        claims=claims,
        audit_answers=AuditAnswers(
            ledger,
            check=lambda: check(opened.file.engine, opened.file.key),
            print_packet=packet_pdf,
            print_answer=audit_answer_pdf,
            program_version=__version__,
        ),
        backups=Backups(ledger, opened.file),
        integrity=Integrity(ledger, opened.file),
    )


def month_writers() -> Writers:
    """Return how a month's papers and lists are written."""
    return Writers(
        packet=packet_pdf,
        packets=packet_press,
        bind=bound_pdf,
        report=readiness_pdf,
        void=void_pdf,
        exports={
            "charges.csv": lambda packets, _: charge_list_csv(packets),
            "charges.xlsx": lambda packets, _: charge_list_xlsx(packets),
            "not-billed.csv": not_billed_csv,
            "not-billed.pdf": not_billed_pdf,
        },
        protect=encrypt_pdf,
        not_claimed=not_claimed_csv,
    )


def wiring_of_commands(clock: Clock) -> Wiring:
    """Return what the command line is handed."""
    house = house_of(clock)

    def create(
        folder: Path, *, clinic: str, time_zone: str, username: str, name: str, passphrase: str, words: str
    ) -> None:
        create_clinic(folder, NewClinic(clinic, time_zone), FirstPerson(username, name, passphrase), house, words)

    return Wiring(
        clock=clock,
        new_recovery_key=new_recovery_key,
        create_clinic=create,
        create_demo=lambda folder, **plan: create_demo(
            folder, house, DemoPlan(**plan), open_desk=partial(open_desk, house=house)
        ),
        open_desk=lambda folder, username, passphrase: open_desk(folder, username, passphrase, house),
        read_files=read_folder_or_files,
        restore=partial(restore_clinic, house=house),
        require_out=require_out,
    )


def wiring_of_window(house: House, data: Path) -> WindowWiring:
    """Return what the window is handed; `data` is the folder under which clinics are kept on this machine."""
    team = assets.load_toml("demo/team.toml")

    def make_demo(folder: Path, tell: Tell) -> None:
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        create_demo(
            folder, house, DemoPlan(), lambda done, total: tell(done, total, ""), partial(open_desk, house=house)
        )

    return WindowWiring(
        version=__version__,
        clock=house.clock,
        permissions=house.permissions,
        common_passphrases=house.common_passphrases,
        clinics_folder=data / "clinics",
        open_desk=lambda folder, username, passphrase, tell: open_desk(folder, username, passphrase, house, tell),
        create_clinic=lambda folder, clinic, first, words: create_clinic(folder, clinic, first, house, words),
        recover=lambda folder, words, username, passphrase: recover(folder, words, username, passphrase, house),
        restore=lambda made, folder, username, passphrase, words: restore_clinic(
            made, folder, username, passphrase, house, recovery_key=words
        ),
        emergency_kit=emergency_kit_pdf,
        demo=Demo(data / "demo", make_demo, _demo_people(team, house), str(team["passphrase"])),
    )


def _demo_people(team: Mapping[str, Any], house: House) -> tuple[DemoPerson, ...]:
    names = house.permissions.roles
    return tuple(
        DemoPerson(row["username"], row["name"], ", ".join(names[role] for role in row["roles"]))
        for row in team["person"]
        if "username" in row
    )
