"""The first person: the clinic's administrator."""

from collections.abc import Callable, Collection

from app.rules.errors import ClinicError
from app.rules.text import line_fault
from app.services.founding import FirstPerson, check_username
from app.views import safe_text
from app.views.first_run.step import Step
from app.views.tasks import Tasks
from app.views.widgets import Form, PassphraseField, PassphraseMeter


class PersonStep(Step):
    """Name, user name, and a passphrase typed twice."""

    def __init__(self, tasks: Tasks, common: Collection[str], clinic_name: Callable[[], str]) -> None:
        """Refuse passphrases in `common`; the meter also tries the names typed here and in `clinic_name`."""
        super().__init__(
            "person_step",
            self.tr("You"),
            self.tr("The first person"),
            self.tr("You become the clinic's administrator, and hold every role until you add others under Settings."),
        )
        self.form = Form()
        self.name = self.form.add_line(
            "person_name", self.tr("Your name"), required=True, check=lambda text: line_fault(text, 100)
        )
        self.credential = self.form.add_line(
            "person_credential",
            self.tr("Credential"),
            hint=self.tr("Such as RN, LPN, MD; it stands behind your name on notes and time logs"),
            check=lambda text: line_fault(text, 100),
        )
        self.username = self.form.add_line(
            "person_username",
            self.tr("User name"),
            required=True,
            hint=self.tr("What you type to sign in; it cannot be changed later"),
            check=_username_fault,
        )
        self.passphrase = self.form.add(
            "person_passphrase",
            self.tr("Passphrase"),
            PassphraseField(name="person_passphrase"),
            required=True,
            check=lambda _: self.meter.refusal(),
        )
        self.meter = PassphraseMeter(
            self.passphrase,
            tasks,
            common,
            lambda: [word for word in (self.name.value(), self.username.value(), clinic_name()) if word],
        )
        self.form.add_widget(self.meter)
        self.again = self.form.add(
            "person_again",
            self.tr("Passphrase again"),
            PassphraseField(name="person_again"),
            required=True,
            check=lambda text: None if text == self.passphrase.value() else self.tr("The two are not the same."),
        )
        for line in (self.name, self.credential, self.username):
            line.returnPressed.connect(self.submitted)
        self.passphrase.submitted.connect(self.submitted)
        self.again.submitted.connect(self.submitted)
        self.body.addWidget(self.form)
        self.body.addWidget(
            safe_text.label(
                self.tr("Nobody can look a passphrase up or send you a new one, not even the makers of CareLoop."),
                "small",
            )
        )
        self.body.addStretch(1)

    def person(self) -> FirstPerson:
        """Return who was entered."""
        values = self.form.values()
        return FirstPerson(
            username=values["person_username"] or "",
            name=values["person_name"] or "",
            passphrase=values["person_passphrase"] or "",
            credential=values["person_credential"] or "",
        )

    def leave(self, go_on: Callable[[], object]) -> None:
        if self.form.check():
            go_on()


def _username_fault(username: str) -> str | None:
    try:
        check_username(username)
    except ClinicError as error:
        return str(error)
    return None
