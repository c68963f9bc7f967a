"""Plain PDFs: fields of an invoice, copied from the text of its pages, and how sure each is."""

from tools.paper.page import Page, Word
from tools.paper.reader import read_paper
from tools.paper.reading import Copied, Paper, PaperField
from tools.paper.sheet import Piece, Sheet, sheets_of

__all__ = [
    "Copied",
    "Page",
    "Paper",
    "PaperField",
    "Piece",
    "Sheet",
    "Word",
    "read_paper",
    "sheets_of",
]
