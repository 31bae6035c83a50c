"""A version of a care plan as it was signed, to be read; or the days of one that is kept elsewhere."""

from zoneinfo import ZoneInfo

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.rules.care_plan import item_line
from app.services.plan_rows import PlanVersion
from app.views import safe_text
from app.views.care_plan.plan_words import standing_words
from app.views.theme import GRID
from app.views.widgets import Card, scrolling


class PlanReader(QWidget):
    """Shows one version; nothing in it can be changed."""

    def __init__(self, version: PlanVersion, zone: ZoneInfo) -> None:
        """Show `version`, its days on the clock of `zone`."""
        super().__init__()
        self.setObjectName("plan_reader")
        self.setAccessibleName(self.tr("Care plan, version signed"))
        self.version = version
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, GRID, 0)
        column.setSpacing(GRID)
        row = version.row
        column.addWidget(safe_text.label(standing_words(row, zone), name="plan_standing", selectable=True))
        if row.kept_outside:
            words = self.tr("Its text is kept outside CareLoop; only its days were brought in.")
            column.addWidget(safe_text.label(words, "muted", name="plan_outside"))
        card = Card(name="plan_text")
        card.body.setSpacing(GRID // 2)
        for section in version.sections:
            lines = [f"• {item_line(section, item)}" for item in section.items]
            if section.text.strip():
                lines.append(section.text)
            if section.not_applicable:
                lines.append(self.tr("Not applicable: {reason}").format(reason=section.not_applicable))
            if lines:
                card.body.addWidget(safe_text.label(section.title, "field"))
                text = safe_text.label("\n".join(lines), name=f"plan_read_{section.key}", selectable=True)
                text.setContentsMargins(0, 0, 0, GRID)
                card.body.addWidget(text)
        if version.sections:
            column.addWidget(card)
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(inner))
