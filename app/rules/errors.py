class ClinicError(Exception):
    """Something the person at the desk can understand and act on; the message is a full sentence for them.

    It never holds a stack trace, a path that is not theirs, or more of a patient's data than the sentence needs.
    """


class ProgramFault(Exception):
    """Something CareLoop itself got wrong and noticed. The message is a full sentence without a patient's data."""
