"""Makes small PDF and DOCX files by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def pdf(pages: Sequence[Sequence[str]], *, info: Mapping[str, str] | None = None) -> bytes:
    """A PDF with these lines on its pages, in a standard font with windows-1252; a page without lines has no text."""
    streams = []
    for lines in pages:
        shown = "".join(f"({line}) Tj 0 -16 Td " for line in lines)
        streams.append(f"BT /F1 12 Tf 50 750 Td {shown}ET" if lines else "0 0 100 100 re f")
    return _pdf(streams, info)


@dataclass(frozen=True, slots=True)
class Put:
    """A line of text where it stands on a page, in points from the page's lower left corner."""

    text: str
    height: float
    left: float = 50
    size: float = 10
    bold: bool = False


def set_pdf(pages: Sequence[Sequence[Put]], *, info: Mapping[str, str] | None = None) -> bytes:
    """A PDF whose lines stand where they are put, in the sizes they have."""
    return _pdf(
        [
            "".join(
                f"BT /{'F2' if line.bold else 'F1'} {line.size} Tf {line.left} {line.height} Td ({line.text}) Tj ET\n"
                for line in page
            )
            for page in pages
        ],
        info,
    )


def paragraphs(*texts: Sequence[str], top: float = 700, left: float = 50, size: float = 10) -> list[Put]:
    """The lines of paragraphs, one below the other, with room between two paragraphs."""
    found = []
    for lines in texts:
        for line in lines:
            found.append(Put(line, top, left, size))
            top -= 1.2 * size
        top -= size
    return found


def _pdf(streams: Sequence[str], info: Mapping[str, str] | None) -> bytes:
    font = "<< /Type /Font /Subtype /Type1 /BaseFont /{} /Encoding /WinAnsiEncoding >>"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "", font.format("Helvetica"), font.format("Helvetica-Bold")]
    objects.append("<< " + " ".join(f"/{key} ({value})" for key, value in (info or {}).items()) + " >>")
    kids = []
    for stream in streams:
        objects.append(f"<< /Length {len(stream.encode('windows-1252'))} >>\nstream\n{stream}\nendstream")
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents {len(objects)} 0 R "
            "/Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("windows-1252")
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    out += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    out += f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /Info 5 0 R >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def locked(data: bytes, password: str) -> bytes:
    """The same PDF, encrypted; with an empty password it opens without one."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, owner_password="owner", algorithm="RC4-128")  # noqa: S106  # a password made for a test
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(
    paragraphs: Sequence[tuple[str, str]], *, title: str = "", creator: str = "", header: str = "", extra: bytes = b""
) -> bytes:
    """A DOCX of (style name, text); the styles' ids are Norwegian, as Word writes them there."""
    names = {"Title": "Tittel", "heading 1": "Overskrift1", "List Bullet": "Punktliste", "Quote": "Sitat"}
    body = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="{names.get(style, "Normal")}"/></w:pPr><w:r><w:t xml:space="preserve">{text}'
        "</w:t></w:r></w:p>"
        for style, text in paragraphs
    )
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for name, key in names.items()
    )
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        f"<dc:title>{title}</dc:title><dc:creator>{creator}</dc:creator>"
        "<dcterms:created>2021-05-06T07:08:09Z</dcterms:created></cp:coreProperties>"
    )
    files = {
        "[Content_Types].xml": f"{_XML}<Types/>",
        "word/document.xml": f"{_XML}<w:document {_W}><w:body>{body}</w:body></w:document>",
        "word/styles.xml": f"{_XML}<w:styles {_W}>{styles}</w:styles>",
        "docProps/core.xml": _XML + core,
    }
    if header:
        files["word/header1.xml"] = f"{_XML}<w:hdr {_W}><w:p><w:r><w:t>{header}</w:t></w:r></w:p></w:hdr>"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
        if extra:
            archive.writestr("../../../word/bomb.xml", extra)
    return out.getvalue()
