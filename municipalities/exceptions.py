"""What can go wrong in municipalities; the message of each may be shown."""


class MunicipalitiesError(Exception):
    """The base of all errors here."""


class RegistryError(MunicipalitiesError):
    """A source of the registry cannot be used; the message says which row and why, and nothing was changed."""


class OlderEdition(MunicipalitiesError):
    """The registry holds something newer than what is to be imported."""


class NotAllowed(MunicipalitiesError):
    """This person may not do this."""


class AlreadyBelongs(MunicipalitiesError):
    """The person belongs to the municipality already."""


class BadValue(MunicipalitiesError):
    """The value does not suit the indicator."""


class FactsChanged(MunicipalitiesError):
    """Facts have changed since the table was looked over."""


class AlreadyWritten(MunicipalitiesError):
    """The table has been saved or thrown away, so there is nothing left to choose."""


class CannotUndo(MunicipalitiesError):
    """Something newer stands on what was saved."""
