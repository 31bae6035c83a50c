"""All mapped tables, so that one import registers them."""

from app.models.allergy import Allergy
from app.models.amendment_event import AmendmentEvent
from app.models.amendment_request import AmendmentRequest
from app.models.approval import Approval
from app.models.approval_withdrawal import ApprovalWithdrawal
from app.models.audit_event import AuditEvent
from app.models.base import Base
from app.models.board_day import BoardDay
from app.models.call import Call, CallSpan
from app.models.care_plan import CarePlan, CarePlanEvent
from app.models.charge import Charge
from app.models.claim import Claim, ClaimBatch, ClaimEvent, ClaimResponse, ClaimSending
from app.models.clinic import Clinic
from app.models.condition import Condition
from app.models.consent import Consent
from app.models.eligibility_check import EligibilityCheck
from app.models.enrolment import Enrolment
from app.models.escalation import Escalation
from app.models.follow_up import FollowUp
from app.models.import_batch import ImportBatch, ImportFile
from app.models.mdm import Mdm
from app.models.medication import Medication
from app.models.month_close import CloseFile, MonthClose
from app.models.month_hold import MonthHold
from app.models.month_paper import MonthPaper
from app.models.month_reopening import MonthReopening
from app.models.note import Note
from app.models.note_filing import NoteFiling
from app.models.note_mark import NoteMark
from app.models.other_service import OtherService
from app.models.packet import Packet
from app.models.patient import Patient
from app.models.patient_contact import PatientContact
from app.models.person import Person
from app.models.plan_follow_up import PlanFollowUp
from app.models.plan_progress import PlanProgress
from app.models.plan_section_review import PlanSectionReview
from app.models.practitioner import Practitioner
from app.models.promise import Promise
from app.models.reconciliation import ReconciledMedication, Reconciliation
from app.models.setting import Setting
from app.models.standing_month import StandingMonth
from app.models.stay import Stay
from app.models.stored_paper import PaperPiece, StoredPaper
from app.models.time_entry import TimeEntry
from app.models.time_review import TimeReview
from app.models.touch_point import TouchPoint

__all__ = [
    "Allergy",
    "AmendmentEvent",
    "AmendmentRequest",
    "Approval",
    "ApprovalWithdrawal",
    "AuditEvent",
    "Base",
    "BoardDay",
    "Call",
    "CallSpan",
    "CarePlan",
    "CarePlanEvent",
    "Charge",
    "Claim",
    "ClaimBatch",
    "ClaimEvent",
    "ClaimResponse",
    "ClaimSending",
    "Clinic",
    "CloseFile",
    "Condition",
    "Consent",
    "EligibilityCheck",
    "Enrolment",
    "Escalation",
    "FollowUp",
    "ImportBatch",
    "ImportFile",
    "Mdm",
    "Medication",
    "MonthClose",
    "MonthHold",
    "MonthPaper",
    "MonthReopening",
    "Note",
    "NoteFiling",
    "NoteMark",
    "OtherService",
    "Packet",
    "PaperPiece",
    "Patient",
    "PatientContact",
    "Person",
    "PlanFollowUp",
    "PlanProgress",
    "PlanSectionReview",
    "Practitioner",
    "Promise",
    "ReconciledMedication",
    "Reconciliation",
    "Setting",
    "StandingMonth",
    "Stay",
    "StoredPaper",
    "TimeEntry",
    "TimeReview",
    "TouchPoint",
]
