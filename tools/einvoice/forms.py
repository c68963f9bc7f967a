"""Business documents in other formats: told by name, not read."""

import re
import tomllib
from functools import cache
from pathlib import Path

from lxml import etree

from leitstand.values import Code, Frozen
from tools.einvoice.fault import Fault, fault
from tools.einvoice.xml import Element

_FILE = Path(__file__).with_name("forms.toml")
_HEAD = 1024


class Form(Frozen):
    """A format by name; see `forms.toml`."""

    name: Code
    root: str = ""
    namespace: str = ""
    begins: str = ""
    invoice: bool = False


def form_of(root: Element) -> Form | None:
    """The format of an XML document that is not read here, if it is a known one."""
    name = etree.QName(root)
    space = name.namespace or ""
    known = (f for f in _forms() if f.root and f.root == name.localname)
    return next((form for form in known if space.startswith(form.namespace)), None)


def form_of_text(data: bytes) -> Form | None:
    """The format of a text, if it is a known one."""
    text = data[:_HEAD].decode("latin-1")
    texts = (form for form in _forms() if form.begins)
    return next((form for form in texts if re.match(form.begins, text, re.DOTALL)), None)


def not_read(form: Form | None, root: str) -> Fault:
    """The finding on a document that is none of those read here; unknown ones by their root."""
    if form is not None and form.invoice:
        return fault("foreign-invoice", form=form.name)
    return fault("not-an-invoice", root=form.name if form else root)


@cache
def _forms() -> tuple[Form, ...]:
    table = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return tuple(Form.model_validate(form) for form in table["form"])
