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
        fields=(
            "taushet.Message.to_email",
            "taushet.Message.to_name",
            "taushet.Message.reply_to",
            "taushet.Message.subject",
            "taushet.Message.text",
            "taushet.Message.html",
            "taushet.Message.calendar",
            "taushet.Message.headers",
            "taushet.Attempt.detail",
            "taushet.DeliveryEvent.detail",
            "taushet.DeliveryEvent.raw",
        ),
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
        fields=("taushet.Message.sealed_text",),
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
        fields=("taushet.Suppression.email",),
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
        fields=(
            "sessions.Session.session_data",
            "usersessions.UserSession.ip",
            "usersessions.UserSession.user_agent",
            "usersessions.UserSession.data",
            "usersessions.UserSession.session_key",
        ),
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
        fields=(
            "taushet.AuditEntry.detail",
            "admin.LogEntry.object_repr",
            "admin.LogEntry.change_message",
            "auditlog.LogEntry.object_repr",
            "auditlog.LogEntry.serialized_data",
            "auditlog.LogEntry.changes_text",
            "auditlog.LogEntry.changes",
            "auditlog.LogEntry.additional_data",
            "auditlog.LogEntry.actor_email",
            "auditlog.LogEntry.remote_addr",
        ),
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
        fields=(
            "django_tasks_database.DBTaskResult.args_kwargs",
            "django_tasks_database.DBTaskResult.return_value",
            "django_tasks_database.DBTaskResult.traceback",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="accounts",
        what=_("People who can sign in: name, e-mail address, language, and what the second factor needs."),
        purpose=_("To let you in and nobody else."),
        basis=INTEREST,
        keep=_(
            "Two years after you last signed in, once you neither belong to a municipality nor teach. The names of our"
            " own staff as long as the campaign lasts, since they stand under what was approved."
        ),
        apply=erasing.erase_accounts,
        fields=(
            "taushet.User.email",
            "taushet.User.name",
            "account.EmailAddress.email",
            "mfa.Authenticator.data",
            "socialaccount.SocialAccount.uid",
            "socialaccount.SocialAccount.extra_data",
            "socialaccount.SocialToken.token",
            "socialaccount.SocialToken.token_secret",
        ),
    )
)
