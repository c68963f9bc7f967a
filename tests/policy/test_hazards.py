"""Where the engine alone would let something through: each way is closed, and stays closed."""

from typing import Any

import cedarpy
import pytest

from leitstand.errors import PolicyRefused, ValueRefused
from leitstand.policy import Bundle, decide
from leitstand.policy.engine import applying, parse, policy_set, store_of, with_entities
from leitstand.policy.schema import COMMON
from leitstand.records import Decision
from tests.policy.sample import GRANTS, RULES, TEXTS, bundle_of, paying

ROUTE = '@decision("deny") @level("reject")'
GHOST = f"""
@id("ghost") {ROUTE}
forbid(principal, action == Action::"book.pay", resource)
when {{ (if context.facts.known then Agent::"ghost" else principal).tenant == "t1" }};
"""


def extra(policy: str) -> Bundle:
    """The sample's rules and one more."""
    return bundle_of({**TEXTS, "99_extra.cedar": policy})


def nested(opening: str, closing: str, depth: int) -> str:
    """A condition nested this deep."""
    inside = f"{opening * depth}true{closing * depth}"
    return (
        f'@id("bomb") {ROUTE} forbid(principal, action == Action::"book.pay", resource) '
        f"when {{ {inside} == {inside} }};"
    )


def test_1_a_forbid_that_fails_is_a_denial() -> None:
    """The engine skips a rule that fails and would allow; here it is a denial that says why."""
    verdict = decide(extra(GHOST), paying())
    assert verdict.decision is Decision.DENY
    assert "ghost" in verdict.error
    assert decide(bundle_of(), paying()).decision is Decision.ALLOW


def test_1_the_engine_itself_would_allow_it() -> None:
    """The premise of the test above holds for the engine as it is: errors come with Allow."""
    text = GRANTS + GHOST.replace("context.facts.known", "true")
    tools = bundle_of()
    entities: list[dict[str, Any]] = [
        {
            "uid": {"type": "Agent", "id": "clerk"},
            "attrs": {"tenant": "t1", "requester": "r"},
            "parents": [{"type": "Role", "id": "clerk"}],
        }
    ]
    request = {
        "principal": 'Agent::"clerk"',
        "action": 'Action::"book.pay"',
        "resource": 'Case::"c"',
        "context": "{}",
    }
    case: dict[str, Any] = {
        "uid": {"type": "Case", "id": "c"},
        "attrs": {"tenant": "t1"},
        "parents": [],
    }
    raw: Any = cedarpy.is_authorized(  # pyright: ignore[reportUnknownMemberType]
        request, text, [*entities, case]
    )
    assert raw.decision is cedarpy.Decision.Allow
    assert raw.diagnostics.errors
    store = with_entities(store_of(tools.schema), entities)
    with pytest.raises(ValueRefused, match="ghost"):
        applying(policy_set(parse(text).values()), store, request)


def test_2_policies_are_held_against_the_schema() -> None:
    """A schema at request time checks no policies; loading does: an unknown fact is refused."""
    wrong = f'@id("x") {ROUTE} forbid(principal, action, resource) when {{ context.facts.nix }};'
    with pytest.raises(PolicyRefused, match="nix"):
        extra(wrong)


def test_2_a_rule_on_the_wrong_type_is_refused() -> None:
    """`tier` is a number: comparing it with a text would never apply."""
    wrong = f"""@id("x") {ROUTE} forbid(principal, action == Action::"book.pay", resource)
    when {{ context.facts.tier == "1" }};"""
    with pytest.raises(PolicyRefused, match=r"99_extra\.cedar:1"):
        extra(wrong)


def test_3_an_unknown_tool_is_denied_whatever_is_granted() -> None:
    """A blanket grant reaches no tool that is not registered."""
    bundle = extra('@id("all") @grant permit(principal, action, resource);')
    verdict = decide(bundle, paying(tool="book.burn"))
    assert verdict.decision is Decision.DENY
    assert "unknown tool" in verdict.error
    assert decide(bundle, paying(role="stranger")).decision is Decision.ALLOW


def test_4_an_id_is_used_once() -> None:
    """Two rules of one id could hide each other in lists and signatures."""
    with pytest.raises(PolicyRefused, match="id-twice"):
        extra(f'@id("P-tier") {ROUTE} forbid(principal, action, resource);')


def test_4_values_cannot_become_entities() -> None:
    """The engine's escape for entities in JSON is a value of the wrong type here."""
    sly = {"__entity": {"type": "Role", "id": "clerk"}}
    verdict = decide(bundle_of(), paying(args={"currency": sly}))
    assert (verdict.decision, verdict.hits) == (Decision.DENY, ())
    assert "args.currency" in verdict.error


@pytest.mark.parametrize(
    ("opening", "closing"),
    [("(", ")"), ("[", "]"), ("{a:", "}"), ("if true then true else ", ""), ("!", "")],
)
@pytest.mark.parametrize("depth", [1_000, 20_000])
def test_5_nested_text_never_reaches_the_parser(opening: str, closing: str, depth: int) -> None:
    """Deep nesting ends the process inside the parser; it is counted and refused before."""
    with pytest.raises(PolicyRefused, match=r"too-(deep|long|large)"):
        extra(nested(opening, closing, depth))


@pytest.mark.parametrize("chain", [" && true", " || true", ".a", '["a"]', ".contains(1)"])
def test_5_chains_never_reach_the_parser(chain: str) -> None:
    """Long chains of operators nest in the parsed policy, brackets or not."""
    condition = "context" + chain * 3_000
    with pytest.raises(PolicyRefused, match="too-long"):
        extra(f'@id("x") {ROUTE} forbid(principal, action, resource) when {{ {condition} }};')


def test_5_brackets_in_texts_and_comments_do_not_count() -> None:
    """What the parser does not nest is not counted: a list of 500 texts is no bomb."""
    names = ", ".join(f'"({n}("' for n in range(500))
    policy = f"""// {"(" * 2_000}
    @id("x") @reason_de("{"(" * 2_000}") {ROUTE}
    forbid(principal, action == Action::"book.pay", resource)
    when {{ [{names}].contains(context.args.currency) }};"""
    assert extra(policy).slice("book.pay") != bundle_of().slice("book.pay")


def test_5_what_the_limits_let_through_the_parser_takes() -> None:
    """The limits lie well below what ends the process: the widest policies load or are refused."""
    condition = " && ".join(["true"] * 80)
    deep = f"{'(' * 36}{condition}{')' * 36}"
    policy = f'@id("x") {ROUTE} forbid(principal, action, resource) when {{ {deep} }};'
    assert extra(policy).rules


def test_6_the_store_is_flat() -> None:
    """Chains of parents take the engine half a minute: an agent has one role, a role no parents."""
    bundle = bundle_of()
    decide(bundle, paying())
    store = bundle.stores.get(("clerk", "t1", "mail"))
    assert store is not None
    assert len(store) == len(bundle.store) + 2


@pytest.mark.parametrize(
    "amount",
    [1.0, float("nan"), "50000", "1.000,00", True, None, 2**53 + 1, 2**63, -(2**63) - 1, [5], 1e19],
)
def test_7_amounts_are_whole_and_in_range(amount: object) -> None:
    """Floats, texts, booleans and integers beyond 2^53 never decide anything."""
    verdict = decide(bundle_of(), paying(args={"gross": amount}))
    assert (verdict.decision, verdict.hits) == (Decision.DENY, ())
    assert "args.gross" in verdict.error


@pytest.mark.parametrize("text", ["\ud800", "a\udfff"])
def test_7_lone_surrogates_are_denied(text: str) -> None:
    """A text that has no UTF-8 form has no decision either."""
    assert "args" not in decide(bundle_of(), paying(args={"supplier": "S2"})).error
    verdict = decide(bundle_of(), paying(args={"supplier": text}))
    assert verdict.decision is Decision.DENY
    assert verdict.error


@pytest.mark.parametrize(
    "condition",
    [
        "context.facts.tier + 1 > 2",
        "context.facts.tier * 2 > 2",
        "-context.facts.tier > 2",
        'decimal("1.0").lessThan(decimal("2.0"))',
        'ip("10.0.0.1").isLoopback()',
        'datetime("2026-01-01") < datetime("2026-01-02")',
        "{a: 1}.a == 1",
        "context.args == context.args",
        'Case::"C1" == resource',
        'Agent::"x".tenant == "t1"',
    ],
)
def test_what_can_fail_while_it_is_evaluated_is_refused(condition: str) -> None:
    """Arithmetic, extension types, records as a whole and entities outside the store stay out."""
    policy = f"""@id("x") {ROUTE} forbid(principal, action == Action::"book.pay", resource)
    when {{ {condition} }};"""
    with pytest.raises(PolicyRefused):
        extra(policy)


def test_the_rules_of_the_sample_are_what_is_tested() -> None:
    """The hazards above are tried on a bundle that decides; the common schema is part of it."""
    assert bundle_of().schema.startswith(COMMON)
    assert len(bundle_of().rules) == (GRANTS + RULES).count("@id(")
