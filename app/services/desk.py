from dataclasses import dataclass

from app.security.permissions import Actor
from app.services.amendments import Amendments
from app.services.backups import Backups
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
from app.services.documents import Documents
from app.services.enrolments import Enrolments
from app.services.escalations import Escalations
from app.services.figures.reports import Reports
from app.services.follow_ups import FollowUps
from app.services.founding import OpenClinic
from app.services.history import History
from app.services.icd10_codes import Icd10Codes
from app.services.imports import Imports
from app.services.impossible_days import ImpossibleDays
from app.services.integrity import Integrity
from app.services.month_end import MonthEnd
from app.services.notes import Notes
from app.services.overview import Overviews
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
from app.services.spelling import Spelling
from app.services.time_entries import TimeEntries
from app.services.timer_policies import TimerPolicies
from app.services.today import Today
from app.services.weekly_plan import WeeklyPlan
from app.storage.journal import CallJournal


@dataclass(slots=True)
class Desk:
    """All that a signed-in person can do in one open clinic: the services, wired, and who they are."""

    opened: OpenClinic
    patients: Patients
    chart: Chart
    enrolments: Enrolments
    amendments: Amendments
    practitioners: Practitioners
    overviews: Overviews
    people: People
    clinic: ClinicSettings
    imports: Imports
    calls: Calls
    timer_policies: TimerPolicies
    impossible_days: ImpossibleDays
    notes: Notes
    today: Today
    weekly_plan: WeeklyPlan
    cadence: Cadence
    promises: Promises
    follow_ups: FollowUps
    escalations: Escalations
    scripts: Scripts
    phrases: Phrases
    reachability: ReachabilityOf
    time_entries: TimeEntries
    reconciliations: Reconciliations
    plan_monitoring: PlanMonitoring
    documents: Documents
    history: History
    spelling: Spelling
    care_plans: CarePlans
    icd10: Icd10Codes
    plan_copies: PlanCopies
    plan_templates: PlanTemplates
    plan_history: PlanHistory
    readiness: Readiness
    holds: Holds
    eligibility: Eligibility
    time_reviews: TimeReviews
    hand_overs: HandOvers
    explain: Explain
    leaks: Leaks
    last_days: EndOfMonthPlan
    month_end: MonthEnd
    claims: Claims
    audit_answers: AuditAnswers
    reopenings: Reopenings
    reports: Reports
    backups: Backups
    integrity: Integrity

    @property
    def actor(self) -> Actor:
        return self.opened.actor

    @property
    def call_journal(self) -> CallJournal:
        """Where a running call's heartbeats go while the clinic is locked."""
        return self.calls.journal

    def close(self) -> None:
        """End the session, overwrite the key and give the clinic back."""
        self.opened.close()
