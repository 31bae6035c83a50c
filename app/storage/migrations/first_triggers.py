"""What the database itself refuses, whoever asks: rows that law or honesty say are never changed (step 0001)."""

_CHANGED = """CREATE TRIGGER {table}_never_changed BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"""

_REMOVED = """CREATE TRIGGER {table}_never_removed BEFORE DELETE ON {table} {unless}
BEGIN SELECT RAISE(ABORT, '{table} rows are only ever added'); END"""

# Undoing an import takes its own rows back, and no others.
_NOT_UNDOING = "(old.import_id IS NULL OR (SELECT undoing FROM import_batch WHERE id = old.import_id) IS NOT 1)"

STATEMENTS = (
    *(
        _CHANGED.format(table=table)
        for table in ("audit_event", "note", "note_filing", "approval", "time_entry", "care_plan_event", "month_paper")
    ),
    *(
        _REMOVED.format(table=table, unless="")
        for table in ("audit_event", "note", "note_filing", "approval", "packet", "month_paper")
    ),
    *(_REMOVED.format(table=table, unless=f"WHEN {_NOT_UNDOING}") for table in ("time_entry", "care_plan_event")),
    """CREATE TRIGGER audit_event_in_order BEFORE INSERT ON audit_event
WHEN new.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM audit_event)
BEGIN SELECT RAISE(ABORT, 'audit events follow one another'); END""",
    """CREATE TRIGGER care_plan_signed_never_changed BEFORE UPDATE ON care_plan WHEN old.status <> 'draft'
BEGIN SELECT RAISE(ABORT, 'a signed care plan is never changed'); END""",
    f"""CREATE TRIGGER care_plan_signed_never_removed BEFORE DELETE ON care_plan
WHEN old.status <> 'draft' AND {_NOT_UNDOING}
BEGIN SELECT RAISE(ABORT, 'a signed care plan is never removed'); END""",
    """CREATE TRIGGER packet_facts_never_changed
BEFORE UPDATE OF packet_no, patient_id, month, revision, facts, facts_hash, "case", result, rule_version,
    program_version, sha256, made_at, made_by ON packet
BEGIN SELECT RAISE(ABORT, 'what a packet was made of is never changed'); END""",
)
