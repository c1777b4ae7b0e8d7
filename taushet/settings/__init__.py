"""Settings, read from `TAUSHET_*` variables. Each has a line in README.md."""

from .courses import *  # noqa: F403
from .mail import *  # noqa: F403
from .parts import *  # noqa: F403
from .people import *  # noqa: F403
from .safety import *  # noqa: F403
from .system import *  # noqa: F403
