"""Plain PDFs: fields of an invoice, copied from the text of its pages, and how sure each is."""

from tools.paper.page import Page, Word
from tools.paper.reader import read_paper
from tools.paper.reading import Copied, Paper, PaperField

__all__ = ["Copied", "Page", "Paper", "PaperField", "Word", "read_paper"]
