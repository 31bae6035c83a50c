"""How the window looks on this computer, and when it locks."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.services.clinic_settings import LONGEST_LOCK_AFTER
from app.views.form_panel import FormPanel, Values
from app.views.page_context import PageContext
from app.views.preferences import TEXT_SCALES, ThemeChoice
from app.views.settings.list_pane import WIDEST
from app.views.theme import GRID, fit_scale, scaled
from app.views.widgets import Form, NumberField, PageHeader, RadioField, Section, scrolling


class ComputerSection(QWidget):
    """Colours and text size take effect at once; the lock is the clinic's, and an administrator's to change."""

    def __init__(self, context: PageContext) -> None:
        """Show what is chosen."""
        super().__init__()
        self.setObjectName("computer_section")
        self._context = context
        kept = context.preferences.load()
        self.form = Form()
        self.colours = self.form.add(
            "theme",
            self.tr("Colours"),
            RadioField(
                [
                    (ThemeChoice.SYSTEM, self.tr("As the system's")),
                    (ThemeChoice.LIGHT, self.tr("Light")),
                    (ThemeChoice.DARK, self.tr("Dark")),
                    (ThemeChoice.HIGH_CONTRAST, self.tr("High contrast")),
                ],
                name="theme",
            ),
            required=True,
        )
        self.text_size = self.form.add(
            "text_scale",
            self.tr("Size of the text"),
            RadioField([(scale, f"{scale} %") for scale in TEXT_SCALES], name="text_scale"),
            required=True,
        )
        self.form.fill({"theme": kept.theme, "text_scale": kept.text_scale})
        self.colours.edited.connect(lambda: context.window.commands.run(f"theme.{self.colours.value()}"))
        self.text_size.edited.connect(self._on_size)
        content = QWidget()
        inside = QVBoxLayout(content)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(3 * GRID)
        inside.addWidget(
            PageHeader(self.tr("This computer"), self.tr("Kept on this computer for you; nothing of a patient is."))
        )
        inside.addWidget(self.form)
        self.lock: FormPanel | None = None
        if context.may("lock.edit"):
            inside.addWidget(self._lock_section())
        inside.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolling(content))

    def may_leave(self) -> bool:
        """Whether nothing is unsaved."""
        return self.lock is None or self.lock.may_close()

    def _on_size(self) -> None:
        commands, wanted = self._context.window.commands, self.text_size.value()
        commands.run("text.normal")
        for _ in range(TEXT_SCALES.index(wanted)):
            commands.run("text.larger")
        self._context.preferences.save(replace(self._context.preferences.load(), text_scale=wanted))

    def _lock_section(self) -> Section:
        section = Section(self.tr("Locking, on every computer of this clinic"), name="lock_section")
        form = Form()
        form.add(
            "lock_after_minutes",
            self.tr("Minutes without a touch until the screen locks"),
            NumberField(least=1, most=LONGEST_LOCK_AFTER),
            required=True,
            hint=self.tr("From 1 to {most}. Ctrl+L locks at once.").format(most=LONGEST_LOCK_AFTER),
        )
        self.lock = FormPanel(
            self._context, form, self._saving_lock, action=self.tr("Save the minutes"), name="lock_panel"
        )
        self.lock.saved.connect(lambda _: self._context.window.notify(self.tr("Saved."), "ready"))
        self.lock.cancelled.connect(self._read_lock)
        section.body.addWidget(self.lock)
        fit_scale(section, lambda: section.setMaximumWidth(scaled(WIDEST)))
        self._read_lock()
        return section

    def _saving_lock(self, values: Values) -> Callable[[], object]:
        desk = self._context.desk
        return lambda: desk.clinic.set_lock_after_minutes(desk.actor, values["lock_after_minutes"])

    def _read_lock(self) -> None:
        desk = self._context.desk
        self._context.tasks.run(lambda: desk.clinic.lock_after_minutes(desk.actor), self._on_lock_read)

    def _on_lock_read(self, minutes: int) -> None:
        if self.lock is not None:
            self.lock.form.fill({"lock_after_minutes": minutes})
