"""What is kept of politicians, letters and answers, why and how long, and what a politician may ask of us."""

from django.utils.translation import gettext_lazy as _

from outreach.services.offices import office_imports
from outreach.services.privacy import erasing, forgetting, objections
from taushet.registries import LinkKind, RetentionRule, link_kinds, retention_rules

link_kinds.register(LinkKind(objections.LINK, "outreach:objection", on_main_host=True))
retention_rules.register(
    RetentionRule(
        key="office-imports",
        what=_("Lists of politicians that staff put in: names, parties and public office addresses."),
        purpose=_("To look a list over before it is used, and to take it back when it was wrong."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("Until it is used, two weeks at most. What takes it back is kept for a week."),
        apply=office_imports.empty_imports,
        fields=(
            "outreach.OfficeImport.content",
            "outreach.OfficeImport.notes",
            "outreach.OfficeImport.decisions",
            "outreach.OfficeImport.written",
            "outreach.OfficeImport.plans",
            "outreach.OfficeImport.refusal",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="politicians",
        what=_("Elected politicians: name, office, party and the office's public e-mail address."),
        purpose=_("To send demands to those who decide, and to follow up what they promise."),
        basis=_(
            "Our legitimate interest (GDPR article 6 (1) f). The party is made public by the politician"
            " (article 9 (2) e)."
        ),
        keep=_(
            "Until the election period is over. Then name and address are removed. Letters we have sent are public"
            " documents and keep the name."
        ),
        apply=erasing.erase_politicians,
        fields=(
            "outreach.Politician.first_name",
            "outreach.Politician.last_name",
            "outreach.Politician.external_id",
            "outreach.Mandate.party",
            "outreach.Mandate.email",
            "outreach.Mandate.email_source",
            "outreach.Mandate.external_id",
            "outreach.OfficeTask.email",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="letters",
        what=_("Demands we have sent: the text, the office, the facts in it and who approved it."),
        purpose=_("To show what was asked of whom, and when."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As long as the campaign lasts. Letters to municipalities are public documents."),
        fields=(
            "outreach.Letter.to_name",
            "outreach.Letter.to_email",
            "outreach.Letter.subject",
            "outreach.Letter.text",
            "outreach.Letter.drafted_subject",
            "outreach.Letter.drafted_text",
            "outreach.Redelivery.to_email",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="objections",
        what=_("That a politician does not want letters from us, and what was said about it."),
        purpose=_("To leave those alone who ask for it."),
        basis=_("A legal obligation (GDPR article 21)"),
        keep=_("Until it is withdrawn, or the name of the politician is removed; what was said goes with the name."),
        fields=("outreach.Objection.note", "outreach.Objection.withdrawn_why"),
    )
)
retention_rules.register(
    RetentionRule(
        key="replies",
        what=_("Replies to our letters: who wrote, what they wrote, files that came with it, and the mail itself."),
        purpose=_("To read the answer, to make public what was answered, and to follow up what was promised."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_(
            "Answers for five years. Automatic replies and what is not about us for a year. What has been made public"
            " stays, without private people in it."
        ),
        apply=forgetting.erase_replies,
        fields=(
            "outreach.Reply.from_name",
            "outreach.Reply.from_email",
            "outreach.Reply.subject",
            "outreach.Reply.text",
            "outreach.Reply.journal_number",
            "outreach.Reply.verified_how",
            "outreach.Reply.before",
            "outreach.Reply.identity",
            "outreach.Reply.taken_back_why",
            "outreach.Reply.published_text",
            "outreach.Reply.published_speaker",
            "outreach.PublishedWords.text",
            "outreach.PublishedWords.speaker",
            "outreach.ReplyAttachment.name",
        ),
    )
)
retention_rules.register(
    RetentionRule(
        key="commitments",
        what=_("Promises of politicians: their words, their office and what shows how it goes."),
        purpose=_("To hold those who decide to what they have promised."),
        basis=_("Our legitimate interest (GDPR article 6 (1) f)"),
        keep=_("As long as the campaign lasts. What somebody promises in a public office is public."),
        fields=(
            "outreach.Commitment.quote",
            "outreach.Commitment.speaker",
            "outreach.Commitment.refused_why",
            "outreach.CommitmentChange.reason",
            "outreach.CommitmentChange.evidence",
            "outreach.CommitmentChange.evidence_url",
            "outreach.CommitmentChange.refused_why",
            "outreach.FollowUp.draft",
            "outreach.FollowUp.note",
        ),
    )
)
