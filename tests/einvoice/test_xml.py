"""XML from strangers is read without a DTD and within limits, or refused with a finding."""

import codecs
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.einvoice.fault import Unfit
from tools.einvoice.limits import DEFAULT
from tools.einvoice.xml import parse, serialize

XXE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>"""
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha">%s]><a>&z;</a>""" % b"".join(
    b'<!ENTITY %c "%s">' % (97 + i, b"&%c;" % (96 + i) * 10) for i in range(1, 26)
)


def finding(data: bytes, **caps: object) -> str:
    """The code of the finding that refuses `data`."""
    with pytest.raises(Unfit) as caught:
        parse(data, DEFAULT.model_copy(update=caps))
    return caught.value.fault.code


@pytest.mark.parametrize(
    "data",
    [
        XXE,
        LAUGHS,
        b"<!DOCTYPE a><a/>",
        b"\xef\xbb\xbf \n<!-- <a> --><?pi ?>\t<!-- -- > --><!DOCTYPE a SYSTEM 'http://x'><a/>",
        XXE.decode().replace("?>", ' encoding="UTF-16"?>', 1).encode("utf-16"),
        b"<!DOCTYPE a [<!ATTLIST a b CDATA 'injected'>]><a/>",
    ],
    ids=["xxe", "billion laughs", "bare", "after comments", "utf-16", "attribute default"],
)
def test_doctype_is_refused(data: bytes) -> None:
    """No document type declaration passes, in whatever encoding or place."""
    assert finding(data) == "xml-doctype"


def test_doctype_in_text_is_text() -> None:
    """A product named like a declaration is no declaration."""
    root = parse(b"<a><![CDATA[<!DOCTYPE html>]]></a>", DEFAULT)
    assert root.text == "<!DOCTYPE html>"


def test_long_prologue_is_read_in_linear_time() -> None:
    """Many comments before the root neither hang the search for a declaration nor hide one."""
    comments = b"<!-- -->\n<?a b?>" * 20_000
    assert parse(comments + b"<a/>", DEFAULT).tag == "a"
    assert finding(comments + b"<!DOCTYPE a><a/>") == "xml-doctype"


def test_comment_inside_a_value_does_not_cut_it() -> None:
    """Schema, rules and reading see one value where a comment splits it."""
    root = parse(b"<a>RE-1<!-- x -->23<?pi?>4</a>", DEFAULT)
    assert root.text == "RE-1234"
    assert serialize(root) == "<a>RE-1234</a>"


def test_depth_is_capped() -> None:
    """Nesting beyond the limit is refused, whether the parser or we see it."""
    deep = b"<a>" * 10_000 + b"</a>" * 10_000
    assert finding(deep) == "xml-too-deep"
    assert finding(b"<a>" * 70 + b"</a>" * 70) == "xml-too-deep"
    parse(b"<a>" * 64 + b"</a>" * 64, DEFAULT)


def test_size_and_markup_are_capped_before_parsing() -> None:
    """Bytes and elements beyond the limits are refused without building a tree."""
    assert finding(b"<a>" + b" " * 1000 + b"</a>", xml_bytes=500) == "xml-too-large"
    assert finding(b"<a>" + b"<b/>" * 1000 + b"</a>", xml_marks=500) == "xml-too-large"
    utf16 = ("<a>" + "<b/>" * 1000 + "</a>").encode("utf-16")
    assert finding(utf16, xml_marks=500) == "xml-too-large"
    attributes = b"<a " + b" ".join(b'b%d="1"' % i for i in range(1000)) + b"/>"
    assert finding(attributes, xml_marks=500) == "xml-too-large"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="UTF-8-W/O-BOM"?><a/>',
        b'<?xml version="1.0" encoding="UTF-7"?><a/>',
        b'<?xml version="1.0" encoding="EBCDIC-CP-DE"?><a/>',
        b'<?xml version="1.0" encoding="UTF-8"?><a>M\xfcller</a>',
        b"<a>M\xfcller</a>",
        b'<?xml version="1.0" encoding="US-ASCII"?><a>M\xc3\xbcller</a>',
        b'<?xml version="1.0" encoding="UTF-8\x00"?><a/>',
        "<a/>".encode("utf-32"),
    ],
)
def test_wrong_encoding_is_found(data: bytes) -> None:
    """An unknown, not allowed or wrongly declared encoding is named as such."""
    assert finding(data) == "xml-encoding"


@pytest.mark.parametrize(
    "encoding", ["UTF-8", "UTF-16", "ISO-8859-1", "ISO-8859-15", "windows-1252"]
)
def test_allowed_encodings_are_read(encoding: str) -> None:
    """The encodings in use in Germany give the same text."""
    text = f'<?xml version="1.0" encoding="{encoding}"?><a>Müller</a>'
    assert parse(text.encode(encoding), DEFAULT).text == "Müller"


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("declared", ["", '<?xml version="1.0" encoding="UTF-16"?>'])
def test_utf16_is_known_without_its_mark(encoding: str, declared: str) -> None:
    """What the first bytes show counts where the byte order mark is missing."""
    assert parse(f"{declared}<a>Müller</a>".encode(encoding), DEFAULT).text == "Müller"


@pytest.mark.parametrize("declared", ["UTF-16", "ISO-8859-1", "UTF-7", "UTF-8"])
def test_mark_counts_whatever_is_declared(declared: str) -> None:
    """Limits and DOCTYPE are looked for in the very text that is parsed."""
    head = codecs.BOM_UTF8 + f'<?xml version="1.0" encoding="{declared}"?>'.encode()
    assert parse(head + "<a>Müller</a>".encode(), DEFAULT).text == "Müller"
    assert finding(head + b"<a>" + b"<b/>" * 1000 + b"</a>", xml_marks=500) == "xml-too-large"
    assert finding(head + b"<!DOCTYPE a><a/>") == "xml-doctype"


def test_byte_order_mark_is_read() -> None:
    """A mark before UTF-8 is no error."""
    assert parse(codecs.BOM_UTF8 + b"<a>x</a>", DEFAULT).text == "x"


@pytest.mark.parametrize("data", [b"<a>", b"<a><b></a></b>", b"<a/><b/>", b"<a>&nbsp;</a>", b"<"])
def test_malformed_is_found(data: bytes) -> None:
    """What is no XML is named as such, with the parser's reason."""
    assert finding(data) == "xml-malformed"


@given(st.binary(max_size=500))
def test_any_bytes_end_in_a_tree_or_a_finding(data: bytes) -> None:
    """No input raises anything but a finding."""
    try:
        parse(b"<" + data, DEFAULT)
    except Unfit as error:
        found = error.fault
    else:
        return
    assert found.de
    assert found.en


def test_no_file_is_read(tmp_path: Path) -> None:
    """Includes are not followed."""
    secret = tmp_path / "secret.xml"
    secret.write_text("<secret/>", encoding="utf-8")
    include = f'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{secret}"/></a>'
    assert "secret/" not in serialize(parse(include.encode(), DEFAULT))
