"""`kill -9` in the middle of a call: at most one heartbeat's time is lost, and nothing else."""

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from app.clock import SystemClock
from app.compose import house_of, open_desk
from app.models import AuditEvent, Base, Call
from app.security.slots import Argon2Cost
from app.services.call_rows import timer_of
from app.services.desk import Desk
from app.services.wrap_up import WrapUp
from app.storage.integrity import check
from tests.conftest import FIRST_PERSON
from tests.faults.call_driver import DRAFT, PRESENT_NS, FastClock
from tests.services.calling import add_patient

ROOT = Path(__file__).parents[2]
BEAT_SECONDS = 1.0  # the program's are five; a shorter one says the same sooner
STEP_SECONDS = 0.5  # what one step of the driver may take on a busy machine
SECOND_NS = 1_000_000_000
TOUCHED = {"call", "call_span", "audit_event"}


@dataclass(frozen=True, slots=True)
class Step:
    """One acknowledged line of the driver."""

    name: str
    call_id: int
    state: str
    spans: int
    asked_ns: int


def sign_in(folder: Path, clock: SystemClock | None = None) -> Desk:
    house = replace(house_of(clock or SystemClock()), cost=Argon2Cost(memory_kib=64 * 1024, passes=3, lanes=4))
    return open_desk(folder, FIRST_PERSON.username, FIRST_PERSON.passphrase, house)


def everything_else(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables that a call's timer has no business with."""
    with engine.connect() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Base.metadata.sorted_tables
            if table.name not in TOUCHED
        }


def work_until_killed(
    folder: Path, patient_id: int, how: str, seconds: float, *, speed: int = 1
) -> tuple[list[Step], int]:
    """Let the driver work for about `seconds` after its first step, kill it, and return its steps and when it died."""
    beat_seconds = BEAT_SECONDS if speed == 1 else 5 / speed
    with (folder.parent / "errors.txt").open("w+", encoding="utf-8") as errors:
        driver = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.faults.call_driver", str(folder), str(patient_id)),
                *(str(beat_seconds), how, str(speed)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert driver.stdout is not None
        with driver.stdout as said:
            first = said.readline()
            time.sleep(seconds)
            driver.kill()
            died_ns = SystemClock().monotonic_ns()
            text = first + said.read()
        driver.wait()
        errors.seek(0)
        assert first, errors.read()
    return [parsed(line) for line in text.split("\n")[:-1]], died_ns  # the last line may have been cut off


def parsed(line: str) -> Step:
    name, call_id, state, spans, asked_ns = line.split("|")
    return Step(name, int(call_id), state, int(spans), int(asked_ns))


@pytest.fixture
def workplace(clinic_folder: Path) -> tuple[Path, int]:
    """A clinic with one patient and nobody in it."""
    desk = sign_in(clinic_folder)
    patient_id = add_patient(desk)
    desk.close()
    return clinic_folder, patient_id


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not there")
def test_a_kill_in_the_middle_of_a_call_loses_at_most_a_heartbeat(
    workplace: tuple[Path, int], tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    pristine, patient_id = workplace
    chance = random.Random(4)  # noqa: S311 - when to kill is no secret
    for number in range(rounds(2, 40)):
        folder = Path(shutil.copytree(pristine, tmp_path / f"round-{number}"))
        desk = sign_in(folder)
        before = everything_else(desk.opened.file.engine)
        desk.close()
        steps, died_ns = work_until_killed(folder, patient_id, "talk", chance.uniform(0.05, 3))
        began = steps[0]
        beats = [step for step in steps if step.name in ("start", "beat")]
        typed = max((int(step.name.split()[1]) for step in steps if step.name.startswith("draft")), default=0)

        desk = sign_in(folder)
        (left,) = desk.calls.recoverable(desk.actor)
        assert left.call_id == began.call_id
        lived_ns = died_ns - began.asked_ns
        assert left.seconds * SECOND_NS <= lived_ns  # not a second invented
        # Every acknowledged beat is there, to the whole second …
        assert left.seconds >= (beats[-1].asked_ns - began.asked_ns) // SECOND_NS - 1
        # … so that what is lost is one interval, and the second that was not whole.
        assert lived_ns - left.seconds * SECOND_NS <= (BEAT_SECONDS + STEP_SECONDS + 1) * SECOND_NS
        assert len(left.draft.get("symptoms", "")) in (typed, typed + 1)
        assert (DRAFT * 99).startswith(left.draft.get("symptoms", ""))

        assert everything_else(desk.opened.file.engine) == before
        accepted = desk.calls.recover_accept(desk.actor, left.call_id)
        assert accepted.seconds == left.seconds
        done = desk.calls.finish(desk.actor, left.call_id, WrapUp("no_answer"))
        assert done.seconds == left.seconds
        require_clean(desk)
        desk.close()
        shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not there")
def test_every_acknowledged_step_of_a_call_is_on_disk(
    workplace: tuple[Path, int], tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    pristine, patient_id = workplace
    chance = random.Random(9)  # noqa: S311 - when to kill is no secret
    for number in range(rounds(2, 60)):
        folder = Path(shutil.copytree(pristine, tmp_path / f"round-{number}"))
        steps, _ = work_until_killed(folder, patient_id, "hurry", chance.uniform(0.0, 0.4))
        last = steps[-1]
        desk = sign_in(folder)
        with desk.opened.ledger.reading(desk.actor, "call.work") as reading:
            stored = {call.id: timer_of(reading.session, call) for call in reading.session.scalars(select(Call))}
            events = list(reading.session.scalars(select(AuditEvent).where(AuditEvent.action == "call.work")))
        # The step in hand may have been kept or not, whole; everything before it is there.
        assert max(stored) - last.call_id in (0, 1)
        assert len(stored[last.call_id].spans) - last.spans in (0, 1)
        assert sum(timer.state == "running" for timer in stored.values()) <= 1
        for timer in stored.values():
            assert (timer.stretch is not None) == (timer.state == "running")
        for step in steps:
            assert len(stored[step.call_id].spans) >= step.spans
        assert len(events) - len(steps) in (0, 1)
        require_clean(desk)
        desk.close()
        shutil.rmtree(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="kill -9 is not there")
def test_a_kill_leaves_time_without_anybody_uncounted(
    workplace: tuple[Path, int], tmp_path: Path, rounds: Callable[[int, int], int]
) -> None:
    """Killed while it is asked whether anybody is there, or after nobody answered: only the time before that counts."""
    pristine, patient_id = workplace
    chance, speed = random.Random(6), 60  # noqa: S311 - when to kill is no secret
    clock = FastClock(speed)
    for number in range(rounds(2, 20)):
        folder = Path(shutil.copytree(pristine, tmp_path / f"round-{number}"))
        # Three minutes of nobody are asked about after 4 s of these, and held after 9 s.
        steps, died_ns = work_until_killed(
            folder, patient_id, "leave", chance.uniform(*((5, 8), (10, 12))[number % 2]), speed=speed
        )
        last = steps[-1]
        desk = sign_in(folder, clock)
        (left,) = desk.calls.recoverable(desk.actor)
        lived_ns = died_ns * speed - steps[0].asked_ns
        assert (left.seconds + left.doubtful_seconds) * SECOND_NS <= lived_ns
        assert last.name in ("asked", "held")
        assert left.seconds * SECOND_NS <= PRESENT_NS
        # And what was worked is not lost: a quarter of a second of a busy machine is fifteen of these.
        assert left.seconds * SECOND_NS > PRESENT_NS - speed * SECOND_NS // 4
        assert left.doubtful_seconds * SECOND_NS >= last.asked_ns - steps[0].asked_ns - PRESENT_NS - SECOND_NS
        accepted = desk.calls.recover_accept(desk.actor, left.call_id)
        done = desk.calls.finish(desk.actor, left.call_id, WrapUp("", {"reason": "Read the letter"}))
        assert [entry.confirmed for entry in done.entries] == [True, False]
        assert done.entries[0].seconds == accepted.seconds == left.seconds
        require_clean(desk)
        desk.close()
        shutil.rmtree(folder)


def require_clean(desk: Desk) -> None:
    """The pages, the references, the audit chain and every sealed row are what CareLoop wrote."""
    assert check(desk.opened.file.engine, desk.opened.file.key).faults == ()
