"""The first shape of the clinic file."""

import sqlalchemy as sa
from alembic import op

from app.storage.migrations.first_triggers import STATEMENTS

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(), nullable=False),
        sa.Column("mac", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_patient", "audit_event", ["patient_id", "seq"], unique=False)
    op.create_table(
        "charge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("cents", sa.Integer(), nullable=False),
        sa.CheckConstraint("cents >= 0", name=op.f("ck_charge_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint("code", "from_on", name=op.f("uq_charge_code")),
    )
    op.create_table(
        "clinic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("vault_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("address_line1", sa.String(), nullable=False),
        sa.Column("address_line2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("zip", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("after_hours_phone", sa.String(), nullable=False),
        sa.Column("tin", sa.String(), nullable=False),
        sa.Column("group_npi", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("setting", sa.String(), nullable=False),
        sa.Column("place_of_service", sa.String(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_clinic_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clinic")),
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(), nullable=False),
        sa.Column("imported_by", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("rejected", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undoing", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_table(
        "month_paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_no", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("program_version", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('bound', 'readiness')", name=op.f("ck_month_paper_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_month_paper")),
        sa.UniqueConstraint("month", "kind", "revision", name=op.f("uq_month_paper_month")),
        sa.UniqueConstraint("paper_no", name=op.f("uq_month_paper_paper_no")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False),
        sa.Column("slot_id", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("username", name=op.f("uq_person_username")),
    )
    op.create_table(
        "setting",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_setting")),
    )
    op.create_table(
        "import_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_import_file_import_id_import_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_file")),
    )
    op.create_index(op.f("ix_import_file_import_id"), "import_file", ["import_id"], unique=False)
    op.create_index(op.f("ix_import_file_sha256"), "import_file", ["sha256"], unique=False)
    op.create_table(
        "patient",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("mrn", sa.String(), nullable=False),
        sa.Column("mbi", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("given_name", sa.String(), nullable=False),
        sa.Column("family_name", sa.String(), nullable=False),
        sa.Column("suffix", sa.String(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("coverage", sa.String(), nullable=False),
        sa.Column("address_line1", sa.String(), nullable=False),
        sa.Column("address_line2", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("zip", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("phone_alternate", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("call_from", sa.Time(), nullable=True),
        sa.Column("call_until", sa.Time(), nullable=True),
        sa.Column("call_days", sa.String(), nullable=False),
        sa.Column("risk_tier", sa.String(), nullable=False),
        sa.Column("protocol", sa.String(), nullable=False),
        sa.Column("cadence_from", sa.Date(), nullable=True),
        sa.Column("owner_id", sa.Integer(), nullable=True),
        sa.Column("sort_name", sa.String(), nullable=False),
        sa.Column("search_text", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_patient_import_id_import_batch")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_patient_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient")),
        sa.UniqueConstraint("external_id", name=op.f("uq_patient_external_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_patient_born_on"), "patient", ["born_on"], unique=False)
    op.create_index(op.f("ix_patient_import_id"), "patient", ["import_id"], unique=False)
    op.create_index(op.f("ix_patient_mbi"), "patient", ["mbi"], unique=False)
    op.create_index(op.f("ix_patient_mrn"), "patient", ["mrn"], unique=False)
    op.create_index(op.f("ix_patient_owner_id"), "patient", ["owner_id"], unique=False)
    op.create_index("ix_patient_search", "patient", ["sort_name", "id", "search_text"], unique=False)
    op.create_table(
        "practitioner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("npi", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("taxonomy", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_practitioner_import_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_practitioner_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_practitioner")),
        sa.UniqueConstraint("npi", name=op.f("uq_practitioner_npi")),
    )
    op.create_index(op.f("ix_practitioner_import_id"), "practitioner", ["import_id"], unique=False)
    op.create_table(
        "allergy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("reaction", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_allergy_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_allergy_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allergy")),
    )
    op.create_index(op.f("ix_allergy_import_id"), "allergy", ["import_id"], unique=False)
    op.create_index(op.f("ix_allergy_patient_id"), "allergy", ["patient_id"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.Column("npi", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("meaning", sa.String(), nullable=False),
        sa.Column("one_person_clinic", sa.Boolean(), nullable=False),
        sa.Column("approved_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_approval_patient_id_patient")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_approval_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index("ix_approval_month", "approval", ["month", "patient_id"], unique=False)
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("session", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=False),
        sa.Column("stretch_at", sa.DateTime(), nullable=True),
        sa.Column("stretch_wall", sa.DateTime(), nullable=True),
        sa.Column("stretch_monotonic_ns", sa.BigInteger(), nullable=False),
        sa.Column("beat_monotonic_ns", sa.BigInteger(), nullable=False),
        sa.Column("boot_id", sa.String(), nullable=False),
        sa.Column("beat_at", sa.DateTime(), nullable=False),
        sa.Column("draft", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(state = 'running') = (stretch_at IS NOT NULL)", name=op.f("ck_call_stretch_while_running")
        ),
        sa.CheckConstraint(
            "state IN ('running', 'paused', 'parked', 'wrap_up', 'finished', 'discarded')", name=op.f("ck_call_state")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_call_patient_id_patient")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call")),
        sa.UniqueConstraint("token", name=op.f("uq_call_token")),
    )
    op.create_index(op.f("ix_call_patient_id"), "call", ["patient_id"], unique=False)
    op.create_index("ix_call_person_state", "call", ["person_id", "state"], unique=False)
    op.create_index("uq_call_running", "call", ["person_id"], unique=True, sqlite_where=sa.text("state = 'running'"))
    op.create_table(
        "care_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("edited_by", sa.String(), nullable=False),
        sa.Column("edited_at", sa.DateTime(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=True),
        sa.Column("signed_at", sa.DateTime(), nullable=True),
        sa.Column("signed_by", sa.String(), nullable=False),
        sa.Column("signer_credential", sa.String(), nullable=False),
        sa.Column("signer_npi", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("status IN ('draft', 'signed', 'imported')", name=op.f("ck_care_plan_status")),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_care_plan_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_care_plan_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan")),
    )
    op.create_index(op.f("ix_care_plan_import_id"), "care_plan", ["import_id"], unique=False)
    op.create_index("ix_care_plan_patient", "care_plan", ["patient_id", "status", "version"], unique=False)
    op.create_table(
        "condition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("code_system", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("onset_on", sa.Date(), nullable=True),
        sa.Column("resolved_on", sa.Date(), nullable=True),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("expected_12_months", sa.Boolean(), nullable=False),
        sa.Column("significant_risk", sa.Boolean(), nullable=False),
        sa.Column("from_condition_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["from_condition_id"], ["condition.id"], name=op.f("fk_condition_from_condition_id_condition")
        ),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_condition_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_condition_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition")),
    )
    op.create_index(op.f("ix_condition_from_condition_id"), "condition", ["from_condition_id"], unique=False)
    op.create_index(op.f("ix_condition_import_id"), "condition", ["import_id"], unique=False)
    op.create_index(op.f("ix_condition_patient_id"), "condition", ["patient_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("given_at", sa.DateTime(), nullable=True),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("told_availability", sa.Boolean(), nullable=False),
        sa.Column("told_cost_sharing", sa.Boolean(), nullable=False),
        sa.Column("told_one_practitioner", sa.Boolean(), nullable=False),
        sa.Column("told_right_to_stop", sa.Boolean(), nullable=False),
        sa.Column("practitioner_npi", sa.String(), nullable=False),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_consent_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_consent_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    op.create_index(op.f("ix_consent_import_id"), "consent", ["import_id"], unique=False)
    op.create_index(op.f("ix_consent_patient_id"), "consent", ["patient_id"], unique=False)
    op.create_table(
        "enrolment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("practitioner_id", sa.Integer(), nullable=False),
        sa.Column("billing_kind", sa.String(), nullable=False),
        sa.Column("ccm_started_on", sa.Date(), nullable=True),
        sa.Column("patient_new", sa.Boolean(), nullable=False),
        sa.Column("last_seen_on", sa.Date(), nullable=True),
        sa.Column("visit_on", sa.Date(), nullable=True),
        sa.Column("visit_code", sa.String(), nullable=False),
        sa.Column("visit_ccm_discussed", sa.Boolean(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_reason", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_enrolment_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_enrolment_patient_id_patient")),
        sa.ForeignKeyConstraint(
            ["practitioner_id"], ["practitioner.id"], name=op.f("fk_enrolment_practitioner_id_practitioner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
        sa.UniqueConstraint("patient_id", name=op.f("uq_enrolment_patient_id")),
    )
    op.create_index(op.f("ix_enrolment_import_id"), "enrolment", ["import_id"], unique=False)
    op.create_index(op.f("ix_enrolment_practitioner_id"), "enrolment", ["practitioner_id"], unique=False)
    op.create_table(
        "mdm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("documented_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_mdm_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_mdm_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mdm")),
    )
    op.create_index(op.f("ix_mdm_import_id"), "mdm", ["import_id"], unique=False)
    op.create_index(op.f("ix_mdm_patient_id"), "mdm", ["patient_id"], unique=False)
    op.create_table(
        "medication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("directions", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=True),
        sa.Column("stopped_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_medication_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_medication_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_medication")),
    )
    op.create_index(op.f("ix_medication_import_id"), "medication", ["import_id"], unique=False)
    op.create_index(op.f("ix_medication_patient_id"), "medication", ["patient_id"], unique=False)
    op.create_table(
        "other_service",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("performed_on", sa.Date(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_other_service_import_id_import_batch")
        ),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_other_service_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_other_service")),
    )
    op.create_index(op.f("ix_other_service_import_id"), "other_service", ["import_id"], unique=False)
    op.create_index(op.f("ix_other_service_patient_id"), "other_service", ["patient_id"], unique=False)
    op.create_table(
        "packet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("packet_no", sa.String(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("facts", sa.String(), nullable=False),
        sa.Column("facts_hash", sa.String(), nullable=False),
        sa.Column("case", sa.String(), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("rule_version", sa.String(), nullable=False),
        sa.Column("program_version", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.CheckConstraint("state IN ('draft', 'final', 'void')", name=op.f("ck_packet_state")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_packet_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_packet")),
        sa.UniqueConstraint("month", "patient_id", "revision", name=op.f("uq_packet_month")),
        sa.UniqueConstraint("packet_no", name=op.f("uq_packet_packet_no")),
    )
    op.create_index(op.f("ix_packet_patient_id"), "packet", ["patient_id"], unique=False)
    op.create_table(
        "patient_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("may_discuss_care", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_patient_contact_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patient_contact")),
    )
    op.create_index(op.f("ix_patient_contact_patient_id"), "patient_contact", ["patient_id"], unique=False)
    op.create_table(
        "stay",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_stay_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_stay_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stay")),
    )
    op.create_index(op.f("ix_stay_import_id"), "stay", ["import_id"], unique=False)
    op.create_index(op.f("ix_stay_patient_id"), "stay", ["patient_id"], unique=False)
    op.create_table(
        "call_span",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("start_at", sa.DateTime(), nullable=False),
        sa.Column("end_at", sa.DateTime(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("doubt", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("standing IN ('counted', 'doubtful', 'discarded')", name=op.f("ck_call_span_standing")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_call_span_call_id_call")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_span")),
    )
    op.create_index(op.f("ix_call_span_call_id"), "call_span", ["call_id"], unique=False)
    op.create_table(
        "care_plan_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("care_plan_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("kind IN ('copy_given', 'reviewed')", name=op.f("ck_care_plan_event_kind")),
        sa.ForeignKeyConstraint(
            ["care_plan_id"], ["care_plan.id"], name=op.f("fk_care_plan_event_care_plan_id_care_plan")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["import_batch.id"], name=op.f("fk_care_plan_event_import_id_import_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_plan_event")),
    )
    op.create_index(op.f("ix_care_plan_event_care_plan_id"), "care_plan_event", ["care_plan_id"], unique=False)
    op.create_index(op.f("ix_care_plan_event_import_id"), "care_plan_event", ["import_id"], unique=False)
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("rule_key", sa.String(), nullable=False),
        sa.Column("symptom", sa.String(), nullable=False),
        sa.Column("do_now", sa.String(), nullable=False),
        sa.Column("is_emergency", sa.Boolean(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("to_role", sa.String(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("raised_by", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.Column("answered_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("status <> 'open' OR answered_at IS NULL", name=op.f("ck_escalation_open_without_answer")),
        sa.CheckConstraint("status IN ('open', 'answered', 'closed', 'withdrawn')", name=op.f("ck_escalation_status")),
        sa.CheckConstraint(
            "status NOT IN ('closed', 'withdrawn') OR outcome <> ''", name=op.f("ck_escalation_outcome_when_closed")
        ),
        sa.ForeignKeyConstraint(["answered_by"], ["person.id"], name=op.f("fk_escalation_answered_by_person")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_escalation_call_id_call")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_escalation_closed_by_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_escalation_patient_id_patient")),
        sa.ForeignKeyConstraint(["raised_by"], ["person.id"], name=op.f("fk_escalation_raised_by_person")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_escalation_to_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_escalation")),
    )
    op.create_index(op.f("ix_escalation_call_id"), "escalation", ["call_id"], unique=False)
    op.create_index("ix_escalation_patient", "escalation", ["patient_id", "status"], unique=False)
    op.create_index("ix_escalation_status", "escalation", ["status", "due_at"], unique=False)
    op.create_index(op.f("ix_escalation_to_person_id"), "escalation", ["to_person_id"], unique=False)
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("amends_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("content_hash", sa.String(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("signed_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["amends_id"], ["note.id"], name=op.f("fk_note_amends_id_note")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_note_call_id_call")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_note_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
        sa.UniqueConstraint("amends_id", name=op.f("uq_note_amends_id")),
    )
    op.create_index(op.f("ix_note_call_id"), "note", ["call_id"], unique=False)
    op.create_index(op.f("ix_note_patient_id"), "note", ["patient_id"], unique=False)
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=False),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("moved_to_id", sa.Integer(), nullable=True),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=False),
        sa.CheckConstraint("status IN ('open', 'moved', 'cancelled')", name=op.f("ck_promise_status")),
        sa.CheckConstraint("until_at > from_at", name=op.f("ck_promise_until_after_from")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_promise_call_id_call")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_promise_closed_by_person")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_promise_made_by_person")),
        sa.ForeignKeyConstraint(["moved_to_id"], ["promise.id"], name=op.f("fk_promise_moved_to_id_promise")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_promise_patient_id_patient")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_promise_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
    )
    op.create_index(op.f("ix_promise_call_id"), "promise", ["call_id"], unique=False)
    op.create_index("ix_promise_patient", "promise", ["patient_id", "status"], unique=False)
    op.create_table(
        "time_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("start_at", sa.DateTime(), nullable=False),
        sa.Column("end_at", sa.DateTime(), nullable=False),
        sa.Column("utc_offset_minutes", sa.Integer(), nullable=False),
        sa.Column("staff", sa.String(), nullable=False),
        sa.Column("credential", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("activity", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("works_in_us", sa.Boolean(), nullable=False),
        sa.Column("used_for", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(), nullable=False),
        sa.Column("written_by", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("end_at > start_at", name=op.f("ck_time_entry_end_after_start")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_time_entry_call_id_call")),
        sa.ForeignKeyConstraint(["import_id"], ["import_batch.id"], name=op.f("fk_time_entry_import_id_import_batch")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_time_entry_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_entry")),
        sa.UniqueConstraint("entry_id", "version", name=op.f("uq_time_entry_entry_id")),
    )
    op.create_index(op.f("ix_time_entry_call_id"), "time_entry", ["call_id"], unique=False)
    op.create_index(op.f("ix_time_entry_import_id"), "time_entry", ["import_id"], unique=False)
    op.create_index("ix_time_entry_patient_start", "time_entry", ["patient_id", "start_at"], unique=False)
    op.create_index("ix_time_entry_staff_start", "time_entry", ["staff", "start_at"], unique=False)
    op.create_index("ix_time_entry_start", "time_entry", ["start_at"], unique=False)
    op.create_table(
        "touch_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("planned_at", sa.DateTime(), nullable=False),
        sa.Column("planned_by", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_touch_point_call_id_call")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_touch_point_patient_id_patient")),
        sa.ForeignKeyConstraint(["planned_by"], ["person.id"], name=op.f("fk_touch_point_planned_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch_point")),
    )
    op.create_index(op.f("ix_touch_point_call_id"), "touch_point", ["call_id"], unique=False)
    op.create_index("ix_touch_point_patient", "touch_point", ["patient_id", "id"], unique=False)
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("patient_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("priority", sa.String(), nullable=False),
        sa.Column("urgency", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("escalation_id", sa.Integer(), nullable=True),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(), nullable=True),
        sa.Column("closed_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("(status = 'open') = (outcome = '')", name=op.f("ck_follow_up_outcome_when_closed")),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high')", name=op.f("ck_follow_up_priority")),
        sa.CheckConstraint("source IN ('call', 'plan', 'escalation', 'other')", name=op.f("ck_follow_up_source")),
        sa.CheckConstraint("status IN ('open', 'done', 'cancelled')", name=op.f("ck_follow_up_status")),
        sa.CheckConstraint("urgency IN ('none', 'routine', 'soon', 'urgent')", name=op.f("ck_follow_up_urgency")),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name=op.f("fk_follow_up_call_id_call")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_follow_up_closed_by_person")),
        sa.ForeignKeyConstraint(
            ["escalation_id"], ["escalation.id"], name=op.f("fk_follow_up_escalation_id_escalation")
        ),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_follow_up_made_by_person")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_follow_up_owner_id_person")),
        sa.ForeignKeyConstraint(["patient_id"], ["patient.id"], name=op.f("fk_follow_up_patient_id_patient")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    op.create_index(op.f("ix_follow_up_call_id"), "follow_up", ["call_id"], unique=False)
    op.create_index(op.f("ix_follow_up_escalation_id"), "follow_up", ["escalation_id"], unique=False)
    op.create_index(op.f("ix_follow_up_owner_id"), "follow_up", ["owner_id"], unique=False)
    op.create_index("ix_follow_up_patient", "follow_up", ["patient_id", "status"], unique=False)
    op.create_index("ix_follow_up_status", "follow_up", ["status", "due_on"], unique=False)
    op.create_table(
        "note_filing",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("is_filed", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_note_filing_by_person")),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_filing_note_id_note")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_filing")),
    )
    op.create_index("ix_note_filing_note", "note_filing", ["note_id", "id"], unique=False)
    for statement in STATEMENTS:
        op.execute(statement)
