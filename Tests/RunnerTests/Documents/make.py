"""Writes documents for tests into a folder: pages.pdf (300 pages), damaged.pdf, locked.pdf, letter.docx, broken.docx.

    make.py FOLDER
"""

import sys
import zipfile

FOLDER = sys.argv[1]


def pdf(path, pages, trailer=b"", extra=()):
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>"]
    kids = b" ".join(b"%d 0 R" % (4 + 2 * number) for number in range(len(pages)))
    objects.append(b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)))
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    for number, text in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % (5 + 2 * number))
        stream = b"BT /F1 12 Tf 72 720 Td (%s) Tj ET" % text
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects += extra
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    data += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    with open(f"{FOLDER}/{path}", "wb") as file:
        file.write(data)


pdf("pages.pdf", [b"This is page %d of a long report." % number for number in range(1, 301)])
# The stream of the second page is no compressed text, as it says.
pdf("damaged.pdf", [b"Page 1.", b"Page 2.", b"Page 3."])
with open(f"{FOLDER}/damaged.pdf", "rb") as file:
    content = file.read()
place = content.index(b"(Page 2.)")
head = content.rindex(b"<< /Length", 0, place)
content = content[:head] + content[head:place].replace(b" >>", b" /Filter /FlateDecode >>") + content[place:]
with open(f"{FOLDER}/damaged.pdf", "wb") as file:
    file.write(content)
# Nobody's password gives these keys.
lock = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (b"12" * 32, b"34" * 32)
pdf("locked.pdf", [b"Secret."], b"/Encrypt 6 0 R /ID [<%s> <%s>]" % (b"56" * 16, b"56" * 16), [lock])

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
with zipfile.ZipFile(f"{FOLDER}/letter.docx", "w") as archive:
    archive.writestr(
        "[Content_Types].xml",
        f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>')
    archive.writestr(
        "_rels/.rels",
        f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Target="word/document.xml" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>')
    archive.writestr(
        "word/document.xml",
        f'<w:document xmlns:w="{WORD}"><w:body><w:p><w:r><w:t>Dear owl, the invoice is wrong.</w:t></w:r></w:p>'
        "</w:body></w:document>")
with zipfile.ZipFile(f"{FOLDER}/broken.docx", "w") as archive:
    archive.writestr("something.txt", "no letter")
