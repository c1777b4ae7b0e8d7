"""What the house keeps about people, why, and how long. The privacy page prints this table; the clock applies it."""

from django.utils.translation import gettext_lazy as _

from taushet.registries import RetentionRule, retention_rules
from taushet.services import erasing

INTEREST = _("Our legitimate interest (GDPR article 6 (1) f)")

retention_rules.register(
    RetentionRule(
        key="messages",
        what=_("E-mail we send: address, name, subject, text, calendar entry and the mail provider's answers."),
        purpose=_("To send it, to find out why something did not arrive, and to send it again."),
        basis=INTEREST,
        keep=_("12 months. After that only the kind of mail, the time and whether it arrived are kept."),
        apply=erasing.erase_messages,
    )
)
retention_rules.register(
    RetentionRule(
        key="sign-in-mail",
        what=_("The text of mail with a sign-in code. It is kept encrypted, and our staff cannot read it."),
        purpose=_("To send the code to you."),
        basis=INTEREST,
        keep=_("Until it has been sent, and never more than 24 hours."),
        apply=erasing.erase_sealed_texts,
    )
)
retention_rules.register(
    RetentionRule(
        key="suppressions",
        what=_("Addresses that do not exist, and addresses whose owners asked us not to write."),
        purpose=_("To leave people alone who asked for it, and not to write to dead addresses."),
        basis=INTEREST,
        keep=_("Dead addresses for two years. A wish not to get mail until it is withdrawn."),
        apply=erasing.erase_suppressions,
    )
)
retention_rules.register(
    RetentionRule(
        key="sessions",
        what=_("That you are signed in: IP address, browser and time."),
        purpose=_("To keep you signed in, and to let you see where you are."),
        basis=INTEREST,
        keep=_("Until you sign out, and never more than a day and a half after you signed in."),
        apply=erasing.erase_sessions,
    )
)
retention_rules.register(
    RetentionRule(
        key="audit",
        what=_("Who changed what, and who looked at protected information."),
        purpose=_("To show afterwards that information about people was handled rightly."),
        basis=_("A legal obligation (GDPR articles 5 (2) and 32), and our legitimate interest"),
        keep=_("Three years."),
        apply=erasing.erase_audit,
    )
)
retention_rules.register(
    RetentionRule(
        key="traces",
        what=_("Counters against too many attempts, with IP address, and lists of work done, with numbers only."),
        purpose=_("To keep the service running and safe."),
        basis=INTEREST,
        keep=_("Counters for a day at most, the rest for 14 to 90 days."),
        apply=erasing.erase_traces,
    )
)
