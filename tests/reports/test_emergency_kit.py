from app.reports.emergency_kit import emergency_kit_pdf
from app.rules.papers import EmergencyKit
from tests.reports import reading, samples

WORDS = tuple(f"word{chr(ord('a') + at)}" for at in range(24))
KIT = EmergencyKit(samples.CLINIC, WORDS, "2026-11-02T15:04:00-06:00", "Maria Lopez", "0.1.0", "a1b2 c3d4")


def test_the_words_are_numbered_in_order_on_one_page() -> None:
    pages = reading.pages(emergency_kit_pdf(KIT))
    assert len(pages) == 1
    assert " ".join(f"{at} {word}" for at, word in enumerate(WORDS, 1)) in pages[0]
    for fact in ("Prairie Family Medicine", "11/02/2026 15:04 CST", "Maria Lopez", "a1b2 c3d4", "page 1 of 1"):
        assert fact in pages[0]
    for space in ("Sealed by, name", "Witnessed by, name", "Opened by, name", "seal it, and sign across the flap"):
        assert space in pages[0]


def test_the_same_kit_prints_the_same_bytes() -> None:
    assert emergency_kit_pdf(KIT) == emergency_kit_pdf(KIT)
