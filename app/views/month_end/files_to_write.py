"""What a month-end writes: which papers, the claim file, and whether the PDFs open with a passphrase alone."""

from collections.abc import Mapping

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.claims.sending import MonthClaims
from app.services.closing.claims_out import NOT_CLAIMED_FILE
from app.services.closing.press import CHARGES, CLAIMS, NOT_BILLED
from app.services.closing.protection import SHORTEST_PASSPHRASE, fault_of_paper_passphrase
from app.services.month_papers import BOUND, READINESS
from app.services.packet_folder import PACKETS
from app.storage.ledger import Changes
from app.views import safe_text
from app.views.month_end.words import counted, money_words
from app.views.page_context import PageContext
from app.views.tasks import Latest
from app.views.theme import GRID, set_shown
from app.views.widgets import CheckField, PassphraseField

MOST_NAMED = 12


class FilesToWrite(QWidget):
    """A box for each kind of paper. `submitted`: Enter in the passphrase; `edited`: the PDFs are protected, or no more.

    The claim file is offered to who may work claims: ticked where the clinic's settings for claims are complete, else
    unticked, and what they lack is named.
    """

    submitted = Signal()
    edited = Signal()

    def __init__(self, context: PageContext, *, name: str) -> None:
        """Offer all; `name` begins the object names of the boxes."""
        super().__init__()
        self.setObjectName(f"{name}_files")
        self._context = context
        self._asks = Latest(context.tasks, self)
        self._was_chosen = False
        tr = self.tr
        self.kinds = {
            PACKETS: CheckField(tr("One PDF for each patient"), name=f"{name}_each"),
            BOUND: CheckField(tr("All of them bound in one PDF, with bookmarks and an index"), name=f"{name}_bound"),
            CHARGES: CheckField(tr("The list of charges (CSV and Excel)"), name=f"{name}_charges"),
            NOT_BILLED: CheckField(tr("Who is not billed, and why (PDF and CSV)"), name=f"{name}_not_billed"),
            READINESS: CheckField(tr("The readiness report"), name=f"{name}_readiness"),
        }
        self.claims = CheckField(tr("Claim file (837P), and whose claim stays back"), name=f"{name}_claims")
        self._lacking = safe_text.label("", "muted", name=f"{name}_claims_lack")
        self.protects = CheckField(tr("Protect the PDFs with a passphrase (AES-256)"), name=f"{name}_protect")
        self.passphrase = PassphraseField(name=f"{name}_pdf_passphrase")
        self.passphrase.setAccessibleName(tr("Passphrase for the PDFs"))
        self.again = PassphraseField(name=f"{name}_pdf_again")
        self.again.setAccessibleName(tr("Passphrase for the PDFs, again"))
        self._typed = QWidget()
        self._build(name)
        self.claims.edited.connect(self._on_claims_edited)
        self.protects.edited.connect(self._show_protection)
        self.passphrase.submitted.connect(self.submitted)
        self.again.submitted.connect(self.submitted)
        context.feed.changed.connect(self._on_changed)
        self._show_protection()
        self._ask()

    def papers(self) -> frozenset[str]:
        """Return what is asked for."""
        asked = {key for key, field in self.kinds.items() if field.value()}
        return frozenset(asked | ({CLAIMS} if self.claims.value() else set()))

    def pdf_passphrase(self) -> str | None:
        """Return the passphrase of the PDFs as typed; None where they are not protected."""
        return (self.passphrase.value() or "") if self.protects.value() else None

    def problem(self) -> str:
        """Return what keeps the passphrase from being used, in a sentence; the focus then goes to where it is typed."""
        passphrase = self.pdf_passphrase()
        if passphrase is None:
            return ""
        wrong, field = fault_of_paper_passphrase(passphrase), self.passphrase
        if not wrong and passphrase != self.again.value():
            wrong, field = self.tr("The two passphrases for the PDFs are not the same."), self.again
        if wrong:
            field.line.selectAll()
            field.line.setFocus()
        return wrong

    def secrecy_words(self) -> str:
        """Return which of the files anybody can read, and what follows from that."""
        if self.protects.value():
            return self.tr(
                "The PDFs open with their passphrase alone. Lists (CSV and Excel) and claim files (837P) are not "
                "encrypted. Keep them where only those may look who need to."
            )
        return self.tr("These papers are not encrypted. Keep them where only those may look who need to.")

    def forget(self) -> None:
        """Empty the passphrase."""
        self.passphrase.set_value(None)
        self.again.set_value(None)

    def _on_claims_edited(self) -> None:
        self._was_chosen = True

    def _on_changed(self, changes: Changes) -> None:
        if changes.touch("setting", "clinic"):
            self._ask()

    def _on_lacking(self, missing: tuple[str, ...]) -> None:
        if not self._was_chosen:
            self.claims.set_value(not missing)
        words = self.tr("Settings › Claims still lacks {what}. Until then no claim leaves.").format(
            what=", ".join(missing)
        )
        self._lacking.setText(words if missing else "")
        set_shown(self._lacking, shown=bool(missing))

    def _show_protection(self) -> None:
        set_shown(self._typed, shown=self.protects.value())
        if not self.protects.value():
            self.forget()
        self.edited.emit()

    def _ask(self) -> None:
        """Find out what the settings for claims lack."""
        if self._context.may("claim.work"):
            desk = self._context.desk
            self._asks.ask(lambda: desk.claims.missing_for_files(desk.actor), self._on_lacking)

    def _build(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID)
        for field in self.kinds.values():
            field.set_value(True)
            column.addWidget(field)
        column.addWidget(self.claims)
        self._lacking.setContentsMargins(3 * GRID, 0, 0, 0)
        column.addWidget(self._lacking)
        set_shown(self.claims, shown=self._context.may("claim.work"))
        set_shown(self._lacking, shown=False)
        column.addWidget(self.protects)
        typed = QVBoxLayout(self._typed)
        typed.setContentsMargins(3 * GRID, 0, 0, GRID)
        typed.setSpacing(GRID // 2)
        for words, line in (
            (self.tr("Passphrase, at least {n} characters").format(n=SHORTEST_PASSPHRASE), self.passphrase),
            (self.tr("The same again"), self.again),
        ):
            typed.addWidget(safe_text.label(words, "field", buddy=line.line))
            typed.addWidget(line)
        note = self.tr("CareLoop does not keep this passphrase: without it nobody opens these copies.")
        typed.addWidget(safe_text.label(note, "muted", name=f"{name}_protect_words"))
        column.addWidget(self._typed)


def claims_words(claims: MonthClaims, names: Mapping[int, str]) -> list[str]:
    """Return what became of a month's claims, and who is left out and why: of many, the first. `names` by patient."""
    files = counted(len(claims.files), _tr("1 claim file (837P)"), _tr("{n} claim files (837P)"))
    left = counted(claims.claimed, _tr("1 claim"), _tr("{n} claims"))
    if claims.claimed:
        said = _tr("{left} for {sum} left now; {files} written.").format(
            left=left, sum=money_words(claims.cents), files=files
        )
    elif claims.files:
        said = _tr("No claim leaves twice: {files} written again as made before.").format(files=files)
    else:
        said = _tr("No claim left.")
    words = [said]
    if claims.left_out:
        without = counted(len(claims.left_out), _tr("1 packet has no claim"), _tr("{n} packets have no claim"))
        words.append(_tr("{without}; {file} lists why:").format(without=without, file=NOT_CLAIMED_FILE))
    words += [
        f"{names.get(each.patient_id, each.packet_no)}: {' '.join(each.reasons)}"
        for each in claims.left_out[:MOST_NAMED]
    ]
    if (more := len(claims.left_out) - MOST_NAMED) > 0:
        words.append(_tr("… and {n} more in the list.").format(n=more))
    return words


def _tr(words: str) -> str:
    return QCoreApplication.translate("FilesToWrite", words)
