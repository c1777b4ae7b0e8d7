"""A submission as a document to hand in: DOCX and tagged PDF, with the same text."""

import json
from io import BytesIO

from django.utils import timezone, translation
from django.utils.formats import date_format
from docx import Document
from docx.oxml.ns import qn

from outreach.models import Submission
from outreach.services.consultations.submission_grounds import faults_of
from outreach.services.mailings.salutations import WORDS
from taushet.pdf import make_pdf
from taushet.texts import plain

MIME = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}
DRAFT = {"nb": "Utkast, ikke godkjent", "nn": "Utkast, ikkje godkjent"}
TO = {"nb": "Til", "nn": "Til"}
CASE = {"nb": "Sak", "nn": "Sak"}
FROM = {"nb": "Fra", "nn": "Frå"}


def document_of(submission: Submission) -> dict:
    """Return what stands in the document, in its language form.

    Only an approved one whose demands and hooks still hold goes without the word draft.
    """
    language = submission.language
    with translation.override(language):
        day = date_format(timezone.localtime(submission.submitted_at or timezone.now()), "j. F Y")
    about = [(FROM[language], WORDS[language][submission.senders]), (TO[language], submission.addressee)]
    if case := " – ".join(filter(None, (submission.reference, submission.case_title))):
        about.append((CASE[language], case))
    return {
        "title": plain(submission.title),
        "draft": "" if is_final(submission) else DRAFT[language],
        "about": [(name, plain(value)) for name, value in about],
        "day": day,
        "blocks": [
            {
                "heading": plain(block["heading"]),
                "paragraphs": [lines(part) for part in block["text"].split("\n\n") if part.strip()],
            }
            for block in submission.blocks
        ],
        "sources_title": WORDS[language]["sources"],
        "sources": [plain(source) for source in submission.sources],
        "author": WORDS[language][submission.senders],
        "language": language,
    }


def is_final(submission: Submission) -> bool:
    approved = submission.status == Submission.Status.APPROVED
    return approved and (submission.delivered_on is not None or not faults_of(submission))


def lines(part: str) -> str:
    """Return a paragraph with its lines as they were written, each clean."""
    return "\n".join(plain(line) for line in part.strip().splitlines())


def write_pdf(submission: Submission) -> bytes:
    """Return the submission as PDF/UA; the same text at the same moment makes the same bytes."""
    made_at = submission.submitted_at or submission.created_at
    return make_pdf("outreach/submission.typ", {"data": json.dumps(document_of(submission))}, made_at=made_at)


def write_docx(submission: Submission) -> bytes:
    """Return the submission as DOCX, with real headings and lists so that it can be read aloud."""
    data = document_of(submission)
    file = Document()
    file.core_properties.title, file.core_properties.author = data["title"], data["author"]
    about = file.core_properties
    about.language, about.comments = f"{data['language']}-NO", ""
    about.created = about.modified = submission.submitted_at or submission.created_at
    for mark in file.styles.element.iter(qn("w:lang")):  # what a screen reader reads it as
        mark.set(qn("w:val"), about.language)
    file.add_heading(data["title"], level=1)
    if data["draft"]:
        file.add_paragraph().add_run(data["draft"]).bold = True
    for name, value in data["about"]:
        paragraph = file.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(value)
    file.add_paragraph(data["day"])
    for block in data["blocks"]:
        if block["heading"]:
            file.add_heading(block["heading"], level=2)
        for text in block["paragraphs"]:
            file.add_paragraph(text)
    if data["sources"]:
        file.add_heading(data["sources_title"], level=2)
        for number, source in enumerate(data["sources"], 1):
            file.add_paragraph(f"[{number}] {source}")
    written = BytesIO()
    file.save(written)
    return written.getvalue()
