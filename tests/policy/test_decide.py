"""Decisions: the lattice, who is asked, what is remembered, and what slicing leaves alone."""

import importlib
from collections.abc import Mapping
from typing import Any

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leitstand.digest import canonical
from leitstand.policy import Bundle, Request, decide
from leitstand.policy.engine import Store, applying
from leitstand.records import Decision, Hit
from tests.policy.sample import RULES, TEXTS, bundle_of, paying

BUNDLE = bundle_of()
WHOLE = "".join(TEXTS.values())
ROLES = frozenset({"head", "director"})


def asking(args: dict[str, object], facts: dict[str, object], rest: dict[str, object]) -> Request:
    """A payment with these arguments, facts, and whatever else a request holds."""
    return paying(args=args, facts=facts, **rest)


requests = st.builds(
    asking,
    st.fixed_dictionaries(
        {"gross": st.sampled_from([-1, 0, 25_000, 25_001, 10**12])},
        optional={
            "currency": st.sampled_from(["EUR", "USD"]),
            "due": st.sampled_from([None, "2026-11-30"]),
        },
    ),
    st.fixed_dictionaries(
        {
            "tier": st.integers(0, 3),
            "tier_roles": st.frozensets(st.sampled_from(sorted(ROLES))),
            "known": st.booleans(),
            "bank": st.sampled_from(["same", "changed"]),
        }
    ),
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(["clerk", "other"]),
            "tainted": st.frozensets(st.sampled_from(["gross", "supplier"])),
            "approval_count": st.integers(0, 3),
            "approval_roles": st.frozensets(st.sampled_from(["head", "director", "clerk"])),
        }
    ),
)


def names(verdict_of: Request, bundle: Bundle = BUNDLE) -> set[str]:
    """Ids of all rules that applied."""
    return {h.rule for h in decide(bundle, verdict_of).hits}


def test_a_clean_payment_is_allowed() -> None:
    """Nothing forbids it, a grant names it: allowed, with no mark and bound to bundle and slice."""
    verdict = decide(BUNDLE, paying())
    assert (verdict.decision, verdict.level, verdict.hits) == (Decision.ALLOW, "info", ())
    assert (verdict.bundle, verdict.slice) == (BUNDLE.sha, BUNDLE.slice("book.pay"))
    assert verdict.facts["tier"] == 0


def test_marks_decide_nothing() -> None:
    """A note and an information leave their marks on an allowed call."""
    verdict = decide(BUNDLE, paying(args={"gross": 25_000, "due": "2026-11-30"}))
    assert (verdict.decision, verdict.level) == (Decision.ALLOW, "note")
    assert (verdict.rules, verdict.notes) == (("P-due",), ("P-small",))


def test_an_approval_discharges_its_rule() -> None:
    """Asked of two roles; one signature still waits, two allow."""
    facts = {"tier": 2, "tier_roles": ROLES}
    asked = decide(BUNDLE, paying(facts=facts))
    assert (asked.decision, asked.roles, asked.approvers) == (
        Decision.APPROVE,
        ("director", "head"),
        2,
    )
    one = paying(facts=facts, approval_count=1, approval_roles=frozenset({"head"}))
    assert decide(BUNDLE, one).decision is Decision.APPROVE
    both = paying(facts=facts, approval_count=2, approval_roles=ROLES)
    assert decide(BUNDLE, both).decision is Decision.ALLOW


def test_the_highest_rank_names_who_is_asked() -> None:
    """Taint asks a clerk, the amount asks heads at a higher rank: the heads are named."""
    facts = {"tier": 1, "tier_roles": frozenset({"head"})}
    verdict = decide(BUNDLE, paying(facts=facts, tainted=frozenset({"gross"})))
    assert {h.rule for h in verdict.hits} == {"P1", "P-taint"}
    assert verdict.roles == ("head",)


@pytest.mark.parametrize(
    ("role", "asked"),
    [("clerk", ("anna", "berta")), ("cler", ("carl",)), ("clerks", ("carl",)), ("hr", ("hans",))],
)
def test_people_are_asked_by_the_role_of_the_case(role: str, asked: tuple[str, ...]) -> None:
    """Those that are named for the role, else those that are named for none."""
    people = "clerk:anna, hr:hans, carl, clerk:berta"
    bundle = bundle_of(
        {n: t.replace('@roles("clerk")', f'@roles("{people}")') for n, t in TEXTS.items()}
    )
    verdict = decide(bundle, paying(role=role, tainted=frozenset({"supplier"})))
    assert next(h.roles for h in verdict.hits if h.rule == "P-taint") == asked


def test_the_most_severe_level_names_the_cause() -> None:
    """A changed bank account outranks an unknown supplier: escalated, with its own cause."""
    verdict = decide(BUNDLE, paying(facts={"bank": "changed", "known": False}))
    assert (verdict.decision, verdict.level) == (Decision.DENY, "escalate")
    assert (verdict.cause, verdict.roles) == ("contradictory results", ("head",))
    assert verdict.hits[0].said("fix", "en") == "Call the supplier back"
    assert verdict.hits[0].said("fix", "de") == "Beim Lieferanten zurückrufen"


def test_without_a_grant_everything_is_denied_with_its_hits() -> None:
    """What no grant names stays denied, even where an approval could lift each rule."""
    verdict = decide(BUNDLE, paying(role="other", facts={"tier": 1, "tier_roles": ROLES}))
    assert (verdict.decision, verdict.level) == (Decision.DENY, "hold")
    assert [h.rule for h in verdict.hits] == ["P1"]
    assert "nothing grants" in verdict.error


def test_a_mark_never_stands_for_a_grant() -> None:
    """A mark that applies to a call nobody granted grants nothing."""
    free = '@id("x") @note("note") permit(principal, action, resource);'
    bundle = bundle_of({"10.cedar": RULES, "20.cedar": free})
    assert decide(bundle, paying()).decision is Decision.DENY


def test_redaction_names_its_fields() -> None:
    """A mail that holds a secret is allowed once its body is taken out."""
    args = {"to": "a@b", "body": "the secret is"}
    request = Request("mail.send", "clerk", "t1", "r", args, {})
    verdict = decide(BUNDLE, request)
    assert (verdict.decision, verdict.redact) == (Decision.REDACT, ("body",))


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {"tier": "2"}},
        {"facts": {"tier": True}},
        {"facts": {"known": 1}},
        {"facts": {"tier_roles": "head"}},
        {"facts": {"tier_roles": frozenset({1})}},
        {"facts": {"bank": None}},
        {"facts": {"unknown": 1}},
        {"args": {"unknown": 1}},
        {"args": {"labels": [{"a": 1}]}},
        {"args": {"supplier": None}},
        {"tainted": frozenset({"gross", 1})},
        {"approval_count": "2"},
    ],
)
def test_malformed_values_are_denied(changes: dict[str, Any]) -> None:
    """A fact or argument that is unknown, missing or ill-typed denies and says which."""
    verdict = decide(BUNDLE, paying(**changes))
    assert verdict.decision is Decision.DENY
    assert verdict.error


@given(requests)
def test_the_most_severe_wins(request_: Request) -> None:
    """The decision is the greatest of all hits, or a denial for want of a grant."""
    verdict = decide(BUNDLE, request_)
    if verdict.error:
        assert request_.role == "other"
        assert verdict.decision is Decision.DENY
    else:
        decisions = [h.decision for h in verdict.hits]
        assert verdict.decision == max(decisions, default=Decision.ALLOW)
    severity = [h.decision for h in verdict.hits]
    assert severity == sorted(severity, reverse=True)


@given(requests)
def test_one_more_reason_never_makes_it_milder(request_: Request) -> None:
    """Turning one more condition bad raises the decision or leaves it."""
    facts = {**request_.facts, "known": False}
    worse = paying(
        args=request_.args,
        facts=facts,
        role=request_.role,
        tainted=request_.tainted,
        approval_count=request_.approval_count,
        approval_roles=request_.approval_roles,
    )
    assert decide(BUNDLE, worse).decision >= decide(BUNDLE, request_).decision


@given(st.lists(requests, min_size=1, max_size=6))
def test_memory_changes_no_verdict(asked: list[Request]) -> None:
    """A bundle that remembers answers as one that was asked nothing before."""
    remembering = bundle_of()
    for request_ in (*asked, *asked):
        fresh = Bundle(BUNDLE.sha, BUNDLE.schema, BUNDLE.rules, BUNDLE.tools, BUNDLE.store)
        assert decide(remembering, request_) == decide(fresh, request_)
    assert len(remembering.verdicts) <= len(asked)


def test_a_rule_is_asked_again_only_when_what_it_reads_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """First all rules at once; then, alone, those that read the one fact that differs."""
    deciding = importlib.import_module("leitstand.policy.decide")
    asked: list[int] = []

    def counted(
        policies: cedarpy.PolicySet, store: Store, request: Mapping[str, Any]
    ) -> tuple[str, ...]:
        asked.append(str(policies).count("forbid"))
        return applying(policies, store, request)

    monkeypatch.setattr(deciding, "applying", counted)
    monkeypatch.setattr(deciding, "_FEW", 2)
    bundle = bundle_of()
    clean = decide(bundle, paying())
    assert asked == [len(bundle.tools["book.pay"].rules)]
    changed = decide(bundle, paying(facts={"bank": "changed"}))
    reads = [r for r in bundle.tools["book.pay"].alone.values() if ("facts", "bank") in r.named]
    assert asked[1:] == [1] * len(reads) == [1]
    assert {h.rule for h in changed.hits} - {h.rule for h in clean.hits} == {"P2"}
    decide(bundle, paying(facts={"bank": "changed"}, done=frozenset({"book.find"})))
    assert len(asked) == 2


def test_memory_is_bounded() -> None:
    """The verdict not asked for longest goes."""
    bundle = bundle_of()
    for gross in range(1_030):
        decide(bundle, paying(args={"gross": gross}))
    assert len(bundle.verdicts) == 1_024


@given(requests)
def test_slicing_changes_no_decision(request_: Request) -> None:
    """All policies on the whole, schema-checked request say what the slice says on its part."""
    context = {
        "args": {k: v for k, v in request_.args.items() if k != "lines" and v is not None},
        "facts": dict(request_.facts),
        "call": {
            "tainted": sorted(request_.tainted),
            "approval": {
                "count": request_.approval_count,
                "roles": sorted(request_.approval_roles),
                "persons": [],
            },
            "edited": False,
            "done": [],
        },
    }
    grants_and_forbids = "".join(p + ";" for p in WHOLE.split(";")[:-1] if "@note" not in p)
    whole: Any = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]
        {
            "principal": {"type": "Agent", "id": request_.role},
            "action": 'Action::"book.pay"',
            "resource": 'Case::"C1"',
            "context": canonical(context).decode(),
        },
        grants_and_forbids,
        [
            {
                "uid": {"type": "Agent", "id": request_.role},
                "attrs": {"tenant": "t1", "requester": "mail"},
                "parents": [{"type": "Role", "id": request_.role}],
            },
            {"uid": {"type": "Case", "id": "C1"}, "attrs": {"tenant": "t1"}, "parents": []},
        ],
        BUNDLE.schema,
    )
    verdict = decide(BUNDLE, request_)
    assert not whole.diagnostics.errors
    assert whole.allowed == (verdict.decision is Decision.ALLOW)
    if not whole.allowed:
        forbids = {h.rule for h in verdict.hits if h.decision > Decision.ALLOW}
        ids = whole.diagnostics.id_annotations_by_reason.values()
        shown = {r.id: r.notes.shows or r.id for r in BUNDLE.rules}
        assert forbids == {shown[i] for i in ids}


def test_advice_of_before_two_languages_is_still_read() -> None:
    """Journals keep the verdicts of their day: `fix` in them is English, for all readers."""
    hit = Hit.model_validate_json(
        '{"rule":"P2","decision":4,"level":"hold","fix":"call back","reason_de":"Bank"}'
    )
    assert (hit.fix_en, hit.fix_de) == ("call back", "")
    assert hit.said("fix", "de") == "call back"
    assert hit.said("reason", "en") == "Bank"
    assert hit.said("fix", "en") == Hit.model_validate_json(hit.model_dump_json()).fix_en
