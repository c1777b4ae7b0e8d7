class TaushetError(Exception):
    """What the house refuses to do; the message may be shown to the person who asked."""
