"""A message as e-mail: plain text, HTML that says the same, pictures in it, and files.

The library's strict policy writes the headers, and refuses what could begin another one. In HTML
everything that is not written here is escaped.
"""

import re
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from mimetypes import guess_type

from vaultmeter.charts.theme import tokens
from vaultmeter.forwarders import Envelope
from vaultmeter.forwarders._chart import described, picture
from vaultmeter.forwarders._words import lines_of, subject_of
from vaultmeter.model.message import Attachment, Message, Notice

_MEDIA_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/[a-z0-9][a-z0-9!#$&^_.+-]{0,63}")
_POLICY = SMTP.clone(raise_on_defect=True, cte_type="7bit")
MOST_BYTES = 20 << 20
"""Files go along up to this size together; most mail servers refuse more."""
_TOO_LARGE = "The files are too large for e-mail: fetch them in vaultmeter."
_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Arial,sans-serif"


def letter(
    envelope: Envelope, sender: str, to: Sequence[str], url: str = "", *, with_error: bool = False
) -> EmailMessage:
    """The mail; `url` replaces where it can be looked at. Raises `OSError` where a file is gone."""
    message = envelope.message
    sizes = sum(each.path.stat().st_size for each in message.attachments)
    files = message.attachments if sizes <= MOST_BYTES else ()
    remark = "" if sizes <= MOST_BYTES else _TOO_LARGE
    made = EmailMessage(policy=_POLICY)
    made["From"], made["To"] = sender, ", ".join(to)
    made["Subject"], made["Date"] = _in_header(subject_of(message)), envelope.now
    made["Message-ID"] = f"<{envelope.id}@{sender.rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    made["X-Auto-Response-Suppress"] = "All"
    link = url or message.url
    errors = _errors(message) if with_error else []
    made.set_content("\n".join(_text(message, link, remark, errors)) + "\n")
    pictures = _pictures(message, files)
    made.add_alternative(_html(message, link, remark, errors, pictures), subtype="html")
    _embed(made, pictures)
    for each in files:
        if not _is_picture(each):
            _attach(made, each)
    return made


def _text(message: Message, link: str, remark: str, errors: list[str]) -> list[str]:
    lines = lines_of(message)
    if message.url and lines and lines[-1] == message.url:
        lines = lines[:-2]
    for more in (remark, *errors, link):
        if more:
            lines += ["", more]
    return [line.rstrip("\r\n") for line in lines]


def _errors(message: Message) -> list[str]:
    return [str(each.payload["error"]) for each in message.notices if each.payload.get("error")]


def _pictures(message: Message, files: Sequence[Attachment]) -> list[tuple[str, bytes]]:
    """What stands in the mail as a picture: its description, and PNG."""
    found = [(each.name, each.path.read_bytes()) for each in files if _is_picture(each)]
    for notice in message.notices:
        drawn = picture(notice)
        if drawn is not None:
            found.append((described(notice), drawn))
    return found


def _is_picture(attachment: Attachment) -> bool:
    return attachment.media_type == "image/png"


def _embed(made: EmailMessage, pictures: Sequence[tuple[str, bytes]]) -> None:
    parts = made.get_payload()
    body = parts[-1] if isinstance(parts, list) else made
    if isinstance(body, EmailMessage):
        for number, (_, content) in enumerate(pictures):
            body.add_related(
                content, "image", "png", cid=f"<picture-{number}>", disposition="inline"
            )


def _attach(made: EmailMessage, attachment: Attachment) -> None:
    kind = attachment.media_type.partition(";")[0].strip().lower()
    if not _MEDIA_TYPE.fullmatch(kind):
        kind = guess_type(attachment.name)[0] or "application/octet-stream"
    main, _, sub = kind.partition("/")
    plain = (char if char.isprintable() and char not in '"\\/' else "_" for char in attachment.name)
    name = _in_header("".join(plain))
    made.add_attachment(attachment.path.read_bytes(), main, sub, filename=name)


def _in_header(text: str) -> str:
    """A text that the library reads as it stands: it decodes encoded words (RFC 2047), line ends
    and all, wherever it finds one.
    """  # noqa: D205  one sentence
    return text.replace("=?", "= ?")


def _html(
    message: Message,
    link: str,
    remark: str,
    errors: list[str],
    pictures: Sequence[tuple[str, bytes]],
) -> str:
    look = tokens()
    subject = escape(subject_of(message))
    rows = [_heading(subject, look["text"])]
    rows += [_notice(each, look) for each in message.notices] or _lines(message, look)
    rows += [
        f'<img src="cid:picture-{number}" alt="{escape(about)}" width="552"'
        ' style="max-width:100%;height:auto;border:0">'
        for number, (about, _) in enumerate(pictures)
    ]
    if message.attachments:
        names = ", ".join(each.name for each in message.attachments)
        rows.append(_paragraph(escape(f"Files: {names}"), look["text-muted"]))
    rows += [_paragraph(escape(more), look["text-muted"]) for more in (remark, *errors) if more]
    if link:
        rows.append(_button(link, look))
    cells = "".join(f'<tr><td style="padding:6px 24px">{row}</td></tr>' for row in rows)
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{subject}</title></head>"
        f'<body style="margin:0;padding:24px 8px;background:{look["bg"]};{_FONT}">'
        '<table role="presentation" width="600" align="center" cellspacing="0" cellpadding="0"'
        f' style="max-width:100%;background:{look["surface"]};border:1px solid {look["line"]};'
        f'border-radius:10px"><tr><td style="padding:8px"></td></tr>{cells}'
        '<tr><td style="padding:8px"></td></tr></table></body></html>'
    )


def _heading(subject: str, colour: str) -> str:
    return f'<h1 style="margin:0;font-size:20px;line-height:30px;color:{colour}">{subject}</h1>'


def _paragraph(content: str, colour: str) -> str:
    return f'<p style="margin:0;font-size:14px;line-height:22px;color:{colour}">{content}</p>'


def _lines(message: Message, look: dict[str, str]) -> list[str]:
    if message.text.strip() == message.subject.strip():
        return []
    return [_paragraph(escape(line), look["text"]) for line in message.text.splitlines() if line]


def _notice(notice: Notice, look: dict[str, str]) -> str:
    about = " · ".join(
        part
        for part in (
            notice.type,
            notice.product,
            notice.account or "the whole organisation",
            f"{notice.time:%Y-%m-%d %H:%M} UTC",
        )
        if part
    )
    return _paragraph(escape(notice.text), look["text"]) + _paragraph(
        escape(about), look["text-muted"]
    )


def _button(link: str, look: dict[str, str]) -> str:
    return (
        f'<a href="{escape(link)}" style="display:inline-block;padding:8px 16px;border-radius:6px;'
        f'background:{look["text"]};color:{look["surface"]};font-size:14px;text-decoration:none">'
        "Open in vaultmeter</a>"
    )
