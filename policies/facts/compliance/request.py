"""G-C03, G-C04: the answer to a data subject, computed anew beside what the role proposes."""

from leitstand.policy import FactCall, FactMissing, facts
from leitstand.values import Frozen
from policies.facts.compliance.authority import needs_authority
from policies.facts.compliance.limits import compliance_limits
from policies.facts.compliance.retention import answer_to, unknown_kinds
from tools.privacy import read_request


class RequestFacts(Frozen):
    """What a request comes to.

    `kept`: a record is kept against a wish to erase. `unknown`: records whose kind or day the
    retention table cannot place. `people`: how many the records are about. `authority`: who
    asks has to prove that they may. `differing`: arguments that are not what the rules come to.
    """

    kept: bool
    unknown: frozenset[str]
    people: int
    authority: bool
    differing: frozenset[str]
    checked: frozenset[str]


@facts("privacy.request.answer", model=RequestFacts)
def request_facts(call: FactCall) -> RequestFacts:
    """The answer against the request. Raises FactMissing: the request is not among the evidence."""
    found = call.evidence.one(read_request)
    if found is None:
        raise FactMissing("the request is not among the evidence")
    limits = compliance_limits(call.limits)
    expected = answer_to(found.value, limits)
    known = expected.model_dump(mode="json") if expected else {}
    same = frozenset(name for name, value in call.args.items() if known.get(name) == value)
    kept = expected is not None and any(m.action == "restrict_and_keep" for m in expected.measures)
    return RequestFacts(
        kept=kept,
        unknown=frozenset(unknown_kinds(found.value, limits)),
        people=len({record.subject.casefold() for record in found.value.records if record.subject}),
        authority=needs_authority(found.value.mail),
        differing=frozenset(call.args) - same,
        checked=same,
    )
