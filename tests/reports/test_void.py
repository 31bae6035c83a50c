import hashlib
import io
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf

from app.reports.packet import packet_pdf, packet_press
from app.reports.void import void_pdf
from tests.reports import reading, samples


def test_void_stands_across_every_page_and_what_the_paper_said_stays_readable(tmp_path: Path) -> None:
    was = packet_pdf(samples.packet())
    marked = void_pdf(was, "VOID – superseded by revision 2")
    pages, before = reading.pages(marked), reading.pages(was)
    assert len(pages) == len(before)
    for page, old in zip(pages, before, strict=True):
        assert "VOID – superseded by revision 2" in " ".join(page.split())
        assert all(line in page for line in old.splitlines() if line.strip())
    path = tmp_path / "void.pdf"
    path.write_bytes(marked)
    assert subprocess.run(["qpdf", "--check", str(path)], capture_output=True, check=False).returncode == 0


def test_the_same_paper_is_marked_to_the_same_bytes() -> None:
    was = packet_pdf(samples.packet())
    first, second = (void_pdf(was, "VOID – superseded") for _ in range(2))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()
    assert void_pdf(was, "VOID – superseded by revision 3") != first


def test_bookmarks_stay_in_a_void_copy() -> None:
    with pikepdf.open(io.BytesIO(void_pdf(packet_pdf(samples.packet()), "VOID"))) as paper:
        assert len(paper.open_outline().root) == 1
        assert len(paper.open_outline().root[0].children) == 12


def test_a_run_of_packets_prints_each_as_it_prints_alone() -> None:
    draw = packet_press()
    some = [
        replace(samples.packet(), patient=replace(samples.packet().patient, name=name)) for name in ("Ada", "Šárka")
    ]
    assert [draw(facts) for facts in some] == [packet_pdf(facts) for facts in some]
