"""What can go wrong in outreach, in sentences that may be shown."""

from taushet.exceptions import TaushetError


class OutreachError(TaushetError):
    """Something the person at the page can understand and mend."""


class BrokenExport(OutreachError):
    """An official export that is not whole; its message names the file and the rows."""


class WrongStatus(OutreachError):
    """The mailing is not where this can be done."""


class DeadAddress(OutreachError):
    """An address that mail has come back from."""


class OwnMailing(OutreachError):
    """The author and the last editor cannot approve."""


class NotYourTurn(OutreachError):
    """When both houses send, each approves once, by somebody of its own."""


class ContentChanged(OutreachError):
    """It is no longer what the person saw."""


class NotPublicReady(OutreachError):
    """Nobody has confirmed that the text can become public."""


class NotAsWritten(OutreachError):
    """A text leans on something that no longer holds."""


class WrongDay(OutreachError):
    """A day that cannot be right: it has not come, or lies before what had to happen first."""


class NothingToSend(OutreachError):
    """Every letter is held."""


class AlreadyLeft(OutreachError):
    """Some letters have been sent, so the mailing can only be stopped, not changed."""


class NothingToConfirm(OutreachError):
    """A language form is not written yet."""


class NotReadyToPublish(OutreachError):
    """A wording that is not confirmed in all its languages, or leans on what is repealed."""


class ManyLeave(OutreachError):
    """A list ends so many offices that a person has to say that it is meant so."""


class AlreadyWritten(OutreachError):
    """The import has been written, so there is nothing left to choose."""


class CannotUndo(OutreachError):
    """What was written has been worked with since."""


class BrokenLetter(OutreachError):
    """A letter that somebody wrote by hand and that cannot be sent as it is; `field` is subject or text."""

    def __init__(self, message: str, field: str = "text"):
        super().__init__(message)
        self.field = field


class NotVerified(OutreachError):
    """Nobody has made sure that a reply is from whom it says."""


class WrongQuote(OutreachError):
    """Words that do not stand in the reply they are said to be from."""


class OtherSpeaker(OutreachError):
    """Somebody is said to have promised whom no letter went to; that has to be meant."""


class SameQuote(OutreachError):
    """The same words have been put in as a promise before."""


class OwnCommitment(OutreachError):
    """Who entered a commitment, or says how it stands, cannot confirm it."""


class TooEarly(OutreachError):
    """Somebody calls a promise broken before its day is over; that has to be meant."""
