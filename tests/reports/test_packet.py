import hashlib
import io
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from app.reports.packet import FactsDisagree, packet_pdf
from app.rules.packet_facts import (
    ApprovalFacts,
    CarePlanFacts,
    ClinicFacts,
    ExclusionFacts,
    LineFacts,
    Making,
    MdmFacts,
    PacketFacts,
    PatientFacts,
    PractitionerFacts,
    ReadinessFacts,
    TimeFacts,
    VisitFacts,
)
from tests.reports import reading, samples

PARTS = [
    "1 Summary",
    "2 Gate sheet",
    "3 Conditions",
    "4 Consent",
    "5 Initiating visit",
    "6 Care plan",
    "7 Time log",
    "8 Medical decision making",
    "9 Same-month check",
    "10 Attestation",
    "11 Superbill and CMS-1500 data sheet",
    "12 Audit trail",
]


def heavy() -> PacketFacts:
    """150 entries, 40 conditions, a plan of many pages, a word of 20,000 letters and a hostile name."""
    name = "<b>Al</b> & </para> 王秀英 \u202eevil\x00"
    time = tuple(
        samples.entry(
            at,
            300 + at,
            person=name if at % 9 == 0 else "Dana Whitfield",
            description="W" * 20_000 if at == 11 else f"Note {at}",
        )
        for at in range(150)
    )
    return samples.packet(
        patient=replace(samples.ADA, name=name),
        time=time,
        readiness=samples.ready(time),
        conditions=samples.conditions(40),
        care_plan=samples.plan(30),
    )


def test_every_fact_of_the_month_is_on_the_paper() -> None:
    facts = samples.packet()
    text = reading.text(packet_pdf(facts))
    for fact in (
        *("Prairie Family Medicine", "214 Harvest Lane", "TIN 37-5550142", "Group NPI 1679576722"),
        *("Ada Łódź-Okafor", "03/02/1948", "1EG4-TE5-MK73", "1EG4TE5MK73", "P-000417", "A-5521", "ŁÓDŹ-OKAFOR, ADA, M"),
        *("October 2026", "10/31/2026", "José Núñez, MD", "1234567893", "207Q00000X", "Ready to bill"),
        *("99490", "99439", "$66.13", "$50.44", "$116.57", "E11.9, I50.22", "A E11.9 · B I50.22"),
        *("2,610", "43:30", "0:43:30", "2,505", "41:45", "17 min to the next unit of 99439"),
        *("CL-2026-10-000417-1", "CareLoop 0.1.0", "2026.1", facts.facts_hash(), "Final, revision 1"),
        *("Two or more chronic conditions", "▲ Warn", "Override: Reviewed by phone; J. Núñez"),
        *("Ejection fraction 35 %", "06/03/2019", "01/05/2026 10:20 CST", "only one practitioner can bill"),
        *("Not needed: last seen 12/11/2025", "Version 3", "08/14/2026 11:20 CDT", "08/15/2026, paper, in person"),
        *("A1c ≤ 7.0 by March", "Not applicable: none needed, lives with daughter"),
        *("09:00:00 09:25:15 1,515 25:15 Dana Whitfield, RN Clinical staff Patient call Reached Timer 25:15",),
        *("Not counted 3:30 (210 s): already taken by another entry of this patient (X_OVERLAP_STAFF)",),
        *("Changed 10/06/2026 10:00 CDT by Dana Whitfield: stop pressed late; activity was wrong", "30:00"),
        *("Not needed: 99487 is not among the codes.", "Inpatient 10/20/2026 10/22/2026", "99214 10/12/2026"),
        *("attested by José Núñez for NPI 1234567893", "11/02/2026 15:00 CST", "password entered again"),
        *("4410", "Approved the month", "9f" * 32),
    ):
        assert fact in text, fact


def test_bookmarks_lead_to_the_twelve_parts_in_order() -> None:
    pdf = packet_pdf(samples.packet())
    marks = reading.outline(pdf)
    assert [level for level, _, _ in marks] == [0, *[1] * 12]
    assert marks[0][1] == "Ada Łódź-Okafor · October 2026"
    assert [title for _, title, _ in marks[1:]] == PARTS
    pages = reading.pages(pdf)
    for _, title, page in marks[2:]:
        assert title in pages[page - 1]


def test_every_page_says_what_whose_and_which_page_it_is() -> None:
    for facts in (samples.packet(), heavy()):
        pages = reading.pages(packet_pdf(facts))
        for number, page in enumerate(pages, 1):
            assert f"Contains PHI · patient record P-000417 · page {number} of {len(pages)} · packet CL-2026-10" in page
            assert "Made 11/02/2026 15:04 CST by Maria Lopez · CareLoop 0.1.0 · rules 2026.1" in page
            assert "born 03/02/1948" in page or "…" in page


def test_the_file_names_no_patient_outside_its_pages() -> None:
    information = PdfReader(io.BytesIO(packet_pdf(samples.packet()))).metadata
    assert information is not None
    assert information.title == "CareLoop packet CL-2026-10-000417-1"
    assert not any("Ada" in str(value) for value in information.values())


def test_a_heavy_packet_loses_nothing_and_repeats_its_heads() -> None:
    pages = reading.pages(packet_pdf(heavy()))
    text = " ".join(pages)
    for number in range(150):
        assert number == 11 or f"Note {number}" in text
    assert text.count("W") - text.count("Wh") >= 20_000
    log = [page for page in pages if "Clinical staff Patient call" in page]
    assert len(log) > 5
    assert all("Seconds m:ss Person, credential" in page for page in log)
    assert all(code in text for code in heavy().diagnosis_codes())


def test_the_file_is_sound(tmp_path: Path) -> None:
    for name, facts in (("three", samples.packet()), ("heavy", heavy())):
        path = tmp_path / f"{name}.pdf"
        path.write_bytes(packet_pdf(facts))
        with pikepdf.open(path) as file:
            assert file.check_pdf_syntax() == []
        if shutil.which("qpdf") is None:
            pytest.skip("the qpdf program is not installed; pikepdf's check of the same file passed")
        ran = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
        assert ran.returncode == 0, ran.stdout + ran.stderr


def test_the_same_facts_print_the_same_bytes_in_any_process() -> None:
    source = (
        "import hashlib, sys\n"
        "from app.reports.packet import packet_pdf\n"
        "from app.rules.packet_facts import PacketFacts\n"
        "print(hashlib.sha256(packet_pdf(PacketFacts.from_json(sys.stdin.read()))).hexdigest())"
    )
    facts = heavy()
    packet_pdf(samples.packet())  # what was printed before leaves no trace
    sums = {hashlib.sha256(packet_pdf(facts)).hexdigest()}
    for seed in ("0", "17"):
        ran = subprocess.run(
            [sys.executable, "-c", source],
            input=facts.to_json(),
            env={"PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LANG": "C", "SOURCE_DATE_EPOCH": seed},
            cwd=Path(__file__).resolve().parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        sums.add(ran.stdout.strip())
    assert len(sums) == 1


@pytest.mark.parametrize(
    ("making", "says"),
    [
        ({"state": "draft"}, "DRAFT – month not closed"),
        ({"state": "void", "superseded_by": 2}, "VOID – superseded by revision 2"),
    ],
)
def test_a_paper_not_to_be_used_says_so_on_every_page(making: dict[str, object], says: str) -> None:
    facts = samples.packet(making=replace(samples.MAKING, **making))  # type: ignore[arg-type]
    assert all(says in page for page in reading.pages(packet_pdf(facts)))
    assert says not in reading.text(packet_pdf(samples.packet()))


def test_a_draft_that_nobody_approved_says_so_on_every_page() -> None:
    facts = samples.packet(making=replace(samples.MAKING, state="draft"), approval=None)
    assert all("DRAFT – not approved" in page for page in reading.pages(packet_pdf(facts)))


def test_one_person_clinic_attests_in_one_line() -> None:
    approval = ApprovalFacts("Maria Lopez", "2026-11-02T15:00:00-06:00", "1234567893", one_person_clinic=True)
    text = reading.text(packet_pdf(samples.packet(approval=approval, practitioner=PractitionerFacts("1234567893"))))
    assert "attested by Maria Lopez for NPI 1234567893, one-person clinic" in text
    assert "Billing practitioner NPI 1234567893" in text


def test_an_unattested_month_says_so() -> None:
    assert "Not attested. This packet is a draft." in reading.text(packet_pdf(samples.packet(approval=None)))


def test_missing_facts_are_named_as_missing() -> None:
    facts = samples.packet(
        patient=replace(samples.ADA, mbi=None, account_no=None, born_on=None),
        clinic=ClinicFacts("Prairie Family Medicine", "America/Chicago"),
        readiness=replace(samples.packet().readiness, lines=(LineFacts("99490", 1),)),
    )
    text = reading.text(packet_pdf(facts))
    assert (
        "Missing for the claim: 1a Insured's number (MBI); 3 Birth date; 12 Signature on file; 24B Place; 24F Charge; "
        "25 Federal tax id; 26 Patient's account; 27 Accept assignment; 28 Total charge; "
        "33 Billing provider's phone; 33a Billing provider's NPI."
    ) in text
    assert "Medicare number not recorded" in text


def test_the_least_that_can_be_known_makes_a_packet() -> None:
    bare = PacketFacts(
        clinic=ClinicFacts("Clinic", "America/Chicago"),
        patient=PatientFacts("P-1", "A"),
        month="2026-10",
        practitioner=PractitionerFacts("1234567893"),
        readiness=ReadinessFacts("blocked", None, (), None, 0, 0, blockers=("NO_CONSENT", "PLAN_MISSING", "NEW_CODE")),
        rule_version="2026.1",
        making=Making("CL-1", "2026-11-02T15:04:00-06:00", "Maria Lopez", "0.1.0"),
    )
    text = reading.text(packet_pdf(bare))
    for sentence in (
        *("✗ Blocked", "No consent on record (NO_CONSENT)", "NEW_CODE (NEW_CODE)", "No check was recorded."),
        *("✗ No consent on record.", "✗ No care plan on record.", "No time was recorded in this month."),
        *("Nothing is billed for this month.", "Not ready to bill: there is no claim sheet.", "Not recorded."),
    ):
        assert sentence in text
    assert [title for _, title, _ in reading.outline(packet_pdf(bare))[1:]] == PARTS


def test_an_imported_plan_is_said_to_be_kept_elsewhere() -> None:
    plan = CarePlanFacts(kept_outside=True, signed_at="2026-01-05", copy_given_on="2026-01-06")
    text = reading.text(packet_pdf(samples.packet(care_plan=plan)))
    assert "The text of this plan is kept outside CareLoop" in text
    assert "Signed 01/05/2026" in text
    assert "Annex" not in text


def test_decision_making_is_printed_for_complex_care() -> None:
    mdm = MdmFacts(
        "moderate", "2026-10-12", "José Núñez, MD", "Two unstable conditions", "Labs of 10/08", "Drug change"
    )
    readiness = replace(samples.packet().readiness, lines=(LineFacts("99487", 1, 14429),), family="complex")
    text = reading.text(packet_pdf(samples.packet(mdm=mdm, readiness=readiness)))
    for fact in ("Level Moderate", "10/12/2026", "Two unstable conditions", "Labs of 10/08", "Drug change"):
        assert fact in text
    assert "complex (99487, 99489)" in text


def test_a_visit_that_was_needed_is_printed() -> None:
    visit = VisitFacts(needed=True, on="2026-01-05", code="G0439", ccm_discussed=True, patient_new=True)
    text = reading.text(packet_pdf(samples.packet(visit=visit)))
    assert "Visit 01/05/2026 Code G0439 CCM discussed ✓ Yes" in text
    missing = reading.text(packet_pdf(samples.packet(visit=VisitFacts(needed=True))))
    assert "A visit is needed, and none is on record." in missing


def test_times_are_the_clinics_also_across_midnight_and_the_change_of_clocks() -> None:
    late = samples.entry(1, 1200, start="2026-10-31T23:50:00-05:00", end="2026-11-01T05:10:00+00:00")
    clocks = samples.entry(2, 600, start="2026-11-01T01:55:00-05:00", end="2026-11-01T01:05:00-06:00")
    time = (late, clocks)
    text = reading.text(packet_pdf(samples.packet(time=time, readiness=samples.ready(time))))
    assert "10/31/2026 23:50:00 00:10:00 (11/01)" in text
    assert "01:55:00 CDT" in text
    assert "01:05:00 CST" in text


def test_a_withdrawn_entry_stays_on_the_paper() -> None:
    gone = samples.entry(3, 0, counted_seconds=0, withdrawn=True, description="Wrong patient", exclusions=())
    time = (*samples.three_entries(), gone)
    text = reading.text(packet_pdf(samples.packet(time=time, readiness=samples.ready(time))))
    assert "Wrong patient Withdrawn" in text


@pytest.mark.parametrize(
    "time",
    [
        (samples.entry(1, 1200, counted_seconds=1100),),
        (samples.entry(1, 1200, counted_seconds=1100, exclusions=(ExclusionFacts("X_INPATIENT", 100),)),),
    ],
)
def test_a_log_that_does_not_add_up_is_not_printed(time: tuple[TimeFacts, ...]) -> None:
    with pytest.raises(FactsDisagree):
        packet_pdf(samples.packet(time=time))
