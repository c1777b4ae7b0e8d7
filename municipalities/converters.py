"""Parts of addresses."""


class MunicipalityNumber:
    """Four digits, so that nothing else ever reaches the database."""

    regex = "[0-9]{4}"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value
