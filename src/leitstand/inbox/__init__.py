"""The inbox: what a supervisor sees and decides, without any user interface of its own."""

from leitstand.inbox.card import Argument, Card, Message, Who
from leitstand.inbox.decide import Decision, Signer, answer, decide
from leitstand.inbox.dossier import Dossier, open_dossier
from leitstand.inbox.explained import explained
from leitstand.inbox.halting import halt, halted_lines
from leitstand.inbox.handling import (
    Act,
    Handling,
    handle,
    handled_of,
    handling_line,
    may_handle,
    retry_each,
    since_of,
    takeover_of,
)
from leitstand.inbox.hours import Deadlines, Due, deadlines_of
from leitstand.inbox.listing import STATUSES, Listed, Sought, cases_of, sought_of
from leitstand.inbox.notice import Notice
from leitstand.inbox.pending import Pending, find_pending
from leitstand.inbox.queue import (
    Exceptional,
    Known,
    Queue,
    Waiting,
    exceptions_of,
    queue_of,
    waiting_of,
)
from leitstand.inbox.receipt import receipt_of
from leitstand.inbox.reply import AGENT, reply
from leitstand.inbox.report import GROUP, Report, report_of
from leitstand.inbox.row import Row, row_of
from leitstand.inbox.seat import holders, roles_of
from leitstand.inbox.showing import (
    able,
    card_of,
    effect_of,
    line_of,
    meant_by,
    reason_of,
    requester_of,
    thread_of,
)
from leitstand.inbox.sight import sight_of
from leitstand.inbox.texts import Texts, texts_of

__all__ = [
    "AGENT",
    "GROUP",
    "STATUSES",
    "Act",
    "Argument",
    "Card",
    "Deadlines",
    "Decision",
    "Dossier",
    "Due",
    "Exceptional",
    "Handling",
    "Known",
    "Listed",
    "Message",
    "Notice",
    "Pending",
    "Queue",
    "Report",
    "Row",
    "Signer",
    "Sought",
    "Texts",
    "Waiting",
    "Who",
    "able",
    "answer",
    "card_of",
    "cases_of",
    "deadlines_of",
    "decide",
    "effect_of",
    "exceptions_of",
    "explained",
    "find_pending",
    "halt",
    "halted_lines",
    "handle",
    "handled_of",
    "handling_line",
    "holders",
    "line_of",
    "may_handle",
    "meant_by",
    "open_dossier",
    "queue_of",
    "reason_of",
    "receipt_of",
    "reply",
    "report_of",
    "requester_of",
    "retry_each",
    "roles_of",
    "row_of",
    "sight_of",
    "since_of",
    "sought_of",
    "takeover_of",
    "texts_of",
    "thread_of",
    "waiting_of",
]
