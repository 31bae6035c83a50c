"""Whatever is done with a plan and whenever the program dies: the last draft or the signed versions are intact."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.compose import house_of, open_desk
from app.models import CarePlan
from app.rules.care_plan import SectionKind, SectionText, content_hash, content_json, tidied
from app.rules.errors import ClinicError
from app.rules.plan_gaps import gaps
from app.rules.plan_items import with_refs
from app.security.slots import Argon2Cost, WrongPassphrase
from app.services.care_plans import PlanIncomplete, PlanMoved
from app.services.desk import Desk
from app.services.founding import House, unlock_again
from app.storage.integrity import check
from app.storage.ledger import ClinicLocked
from app.storage.vault import open_engine
from tests.conftest import FIRST_PERSON
from tests.fake_clock import FakeClock
from tests.services.calling import add_patient
from tests.services.test_care_plans import sign_whole, whole

STEPS = st.one_of(
    st.tuples(st.just("edit"), st.sampled_from(["prognosis", "symptoms", "review"]), st.text("ab \n", max_size=12)),
    st.tuples(st.just("edit"), st.just("goals"), st.text("xy", max_size=4)),
    st.tuples(st.sampled_from(["fill", "stale", "wrong_passphrase", "discard"]), st.just(""), st.just("")),
    st.tuples(st.sampled_from(["sign", "fill_and_sign"]), st.just(""), st.just("")),
    st.tuples(st.sampled_from(["lock", "crash", "crash_while_saving"]), st.just(""), st.just("")),
)


class Died(Exception):
    """The program dies in the middle of something."""


@dataclass
class Told:
    """What the clinic was told last, and must still know: the draft as saved, and each signed version's content."""

    draft: str | None = None
    signed: list[str] = field(default_factory=list)


class Bench:
    """One patient's plan in a real clinic that may be dropped and opened again."""

    def __init__(self, folder: Path, house: House) -> None:
        self.folder, self.house = folder, house
        self.desk: Desk = self.open()
        self.patient = add_patient(self.desk)
        self.told = Told()

    def open(self) -> Desk:
        return open_desk(self.folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, self.house)

    def save(self, change: Callable[[list[SectionText]], list[SectionText]]) -> None:
        draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
        sections = change(list(draft.sections))
        self.desk.care_plans.save_draft(self.desk.actor, draft.plan_id, sections, draft.mark)
        self.told.draft = content_json(sections)

    def edit(self, key: str, words: str) -> None:
        def change(sections: list[SectionText]) -> list[SectionText]:
            made = []
            for each in sections:
                if each.key != key:
                    made.append(each)
                elif key == "goals":
                    goal = {"what": words, "to": "5", "about": "All problems"}
                    made.append(with_refs(replace(each, items=(*each.items, goal) if words else ())))
                else:
                    made.append(replace(each, text=words))
            return made

        self.save(change)

    def fill(self) -> None:
        draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
        filled = [with_refs(each) for each in whole(draft)]
        self.save(lambda _: filled)

    def stale(self) -> None:
        draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
        with pytest.raises(PlanMoved):
            self.desk.care_plans.save_draft(self.desk.actor, draft.plan_id, draft.sections, "0" * 64)
        self.told.draft = self.told.draft or content_json(self.stored())

    def wrong_passphrase(self) -> None:
        draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
        self.told.draft = self.told.draft or content_json(self.stored())
        with pytest.raises((WrongPassphrase, PlanIncomplete)):
            self.desk.care_plans.sign(self.desk.actor, self.patient, "not the passphrase", draft.mark)

    def sign(self) -> None:
        draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
        kept = self.told.draft or content_json(self.stored())
        self.told.draft = kept
        if draft.gaps:
            with pytest.raises(PlanIncomplete):
                self.desk.care_plans.sign(self.desk.actor, self.patient, FIRST_PERSON.passphrase, draft.mark)
            return
        row = self.desk.care_plans.sign(self.desk.actor, self.patient, FIRST_PERSON.passphrase, draft.mark)
        signed = content_json(map(with_refs, tidied(draft.sections)))
        assert (row.version, row.content_hash) == (len(self.told.signed) + 1, content_hash(signed))
        self.told.signed.append(signed)
        self.told.draft = None

    def fill_and_sign(self) -> None:
        self.fill()
        self.sign()

    def discard(self) -> None:
        if self.desk.care_plans.has_draft(self.desk.actor, self.patient):
            draft = self.desk.care_plans.draft(self.desk.actor, self.patient)
            self.desk.care_plans.discard_draft(self.desk.actor, draft.plan_id)
        self.told.draft = None

    def lock(self) -> None:
        self.desk.opened.ledger.lock()
        with pytest.raises(ClinicLocked):
            self.desk.care_plans.draft(self.desk.actor, self.patient)
        unlock_again(self.desk.opened, FIRST_PERSON.passphrase)

    def crash(self) -> None:
        """Drop the desk as a kill does: nothing is closed, nothing is written after it."""
        self.desk.opened.file.engine.dispose()
        self.desk.opened.file.holder.close()
        self.desk = self.open()

    def crash_while_saving(self) -> None:
        with pytest.raises(Died), self.desk.opened.ledger.writing(self.desk.actor, "care_plan.draft") as work:
            for plan in work.session.query(CarePlan).where(CarePlan.status == "draft"):
                plan.content = "[]"
            work.session.flush()
            raise Died
        self.crash()

    def stored(self) -> tuple[SectionText, ...]:
        return self.desk.care_plans.draft(self.desk.actor, self.patient).sections

    def look(self) -> None:
        """Compare what the clinic knows with what it was told."""
        versions = list(self.desk.care_plans.versions(self.desk.actor, self.patient))[::-1]
        for row, signed in zip(versions, self.told.signed, strict=True):
            version = self.desk.care_plans.version(self.desk.actor, row.plan_id)
            assert version.is_intact
            assert content_json(version.sections) == signed
            assert gaps(self.kinds(), version.sections) == ()
        assert self.desk.care_plans.has_draft(self.desk.actor, self.patient) == (self.told.draft is not None)
        if self.told.draft is not None:
            assert content_json(self.stored()) == self.told.draft

    def kinds(self) -> tuple[SectionKind, ...]:
        return self.desk.care_plans._kinds


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=st.lists(STEPS, min_size=1, max_size=10))
def test_the_last_draft_or_the_signed_version_is_always_intact(
    steps: list[tuple[str, str, str]], pristine_clinic: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("laws") / "clinic"
    shutil.copytree(pristine_clinic, folder)
    house = replace(house_of(FakeClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    bench = Bench(folder, house)
    try:
        for step, key, words in steps:
            act = getattr(bench, step)
            if step == "edit":
                act(key, words)
            else:
                act()
            bench.look()
        assert check(bench.desk.opened.file.engine, bench.desk.opened.file.key).faults == ()
    finally:
        bench.desk.close()
        shutil.rmtree(folder.parent)


@pytest.mark.parametrize("how", ["text", "text_and_hash", "signer"])
def test_a_signed_version_altered_behind_the_programs_back_is_found_and_named(desk: Desk, how: str) -> None:
    patient = add_patient(desk)
    plan_id = sign_whole(desk, patient)
    (row,) = desk.care_plans.versions(desk.actor, patient)
    content = content_json(desk.care_plans.version(desk.actor, plan_id).sections).replace("130/80", "190/99")
    values = {
        "text": {"content": content},
        "text_and_hash": {"content": content, "content_hash": content_hash(content)},
        "signer": {"signed_by": "Somebody Else"},
    }[how]
    raw = open_engine(desk.opened.file.database, desk.opened.file.key, guarded=False)
    with raw.connect() as connection:
        # As somebody does who has the key and another program: the trigger is no more than a fence.
        connection.execute(text("DROP TRIGGER care_plan_signed_never_changed"))
        changed = ", ".join(f"{column} = :{column}" for column in values)
        connection.execute(text(f"UPDATE care_plan SET {changed} WHERE id = :id"), {**values, "id": plan_id})  # noqa: S608
        connection.commit()
    raw.dispose()
    version = desk.care_plans.version(desk.actor, plan_id)
    assert version.is_intact == (how == "signer")
    faults = check(desk.opened.file.engine, desk.opened.file.key).faults
    assert [fault.what for fault in faults] == [f"care_plan {plan_id} was changed behind CareLoop's back"]
    assert row.version == 1


def test_nothing_is_saved_over_what_is_signed(desk: Desk) -> None:
    plan_id = sign_whole(desk, add_patient(desk))
    before = desk.care_plans.version(desk.actor, plan_id)
    with pytest.raises(ClinicError):
        desk.care_plans.save_draft(desk.actor, plan_id, before.sections, before.row.content_hash)
    assert desk.care_plans.version(desk.actor, plan_id) == before
