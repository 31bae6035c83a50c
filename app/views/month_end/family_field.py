"""Which family of codes is attested to: the recommended one, or another legal one with the reason."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.reports import wording
from app.rules.family_choice import LONGEST_REASON
from app.rules.packet_facts import PacketFacts
from app.views import safe_text
from app.views.month_end.words import codes_words
from app.views.theme import GRID, set_shown
from app.views.widgets import ChoiceField, LineField


class FamilyField(QWidget):
    """Offers the families that the month supports; hidden where there is one alone."""

    chosen = Signal()

    def __init__(self) -> None:
        """Offer nothing until `show_facts`."""
        super().__init__()
        self.setObjectName("approve_family")
        self._recommended: str | None = None
        self.has_choice = False
        self.choice = ChoiceField()
        self.choice.setObjectName("approve_family_choice")
        self.choice.setAccessibleName(self.tr("Codes to bill"))
        self.reason = LineField(max_length=LONGEST_REASON)
        self.reason.setObjectName("approve_family_reason")
        self.reason.setAccessibleName(self.tr("Why not the recommended codes"))
        self._why = safe_text.label(self.tr("Why not the recommended codes"), "field", buddy=self.reason)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, GRID)
        column.setSpacing(GRID // 2)
        column.addWidget(safe_text.label(self.tr("Codes to bill"), "field", buddy=self.choice))
        column.addWidget(self.choice)
        column.addWidget(self._why)
        column.addWidget(self.reason)
        self.choice.edited.connect(self._on_chosen)

    @property
    def family(self) -> str | None:
        """The family that is chosen."""
        value: str | None = self.choice.value()
        return value

    @property
    def needs_reason(self) -> bool:
        """Whether another family than the recommended one is chosen."""
        return self.family != self._recommended

    @property
    def reason_text(self) -> str:
        """Why it is taken, as typed."""
        return self.reason.value() or ""

    def show_facts(self, facts: PacketFacts) -> None:
        """Offer what a month supports, with the recommended family chosen; an earlier choice stays with its reason."""
        ready, choice = facts.readiness, facts.choice
        self._recommended = choice.recommended if choice else ready.family
        legal = [(ready.family, ready.lines), *((other.family, other.lines) for other in ready.alternatives)]
        legal.sort(key=lambda each: each[0] != self._recommended)
        self.choice.offer(
            [
                (
                    family,
                    self.tr("{codes}: {family}").format(
                        codes=codes_words(lines), family=wording.FAMILIES.get(family or "", "").split(" (")[0]
                    )
                    + (self.tr(", recommended") if family == self._recommended else ""),
                )
                for family, lines in legal
            ]
        )
        self.choice.set_value(choice.taken if choice else self._recommended)
        self.reason.set_value(choice.reason if choice else None)
        self.has_choice = len(legal) > 1
        set_shown(self, shown=self.has_choice)
        self._on_chosen()

    def _on_chosen(self) -> None:
        for part in (self._why, self.reason):
            set_shown(part, shown=self.needs_reason)
        self.chosen.emit()
