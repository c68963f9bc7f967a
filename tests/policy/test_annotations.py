"""A lost or wrong annotation makes a bundle stricter or unloadable, never looser."""

import re

import pytest
from hypothesis import given, settings

from leitstand.errors import PolicyRefused
from leitstand.policy import Bundle, Request, decide
from tests.policy.sample import TEXTS, bundle_of
from tests.policy.test_decide import requests

WHOLE = bundle_of()
ANNOTATION = re.compile(r"@(\w+)(?:\(\"[^\"]*\"\))?")


def without_one() -> dict[str, dict[str, str]]:
    """The sample with one annotation of one policy taken out, by place."""
    found: dict[str, dict[str, str]] = {}
    for name, text in TEXTS.items():
        for match in ANNOTATION.finditer(text):
            cut = text[: match.start()] + text[match.end() :]
            found[f"{name}:{match.start()}:{match.group(1)}"] = {**TEXTS, name: cut}
    return found


def loading() -> dict[str, Bundle]:
    """Those of them that load."""
    bundles: dict[str, Bundle] = {}
    for place, texts in without_one().items():
        try:
            bundles[place] = bundle_of(texts)
        except PolicyRefused:
            continue
    return bundles


MILDER = loading()


def test_most_annotations_cannot_be_left_out() -> None:
    """What decides, grants, marks or names people is needed; the rest is words."""
    optional = {
        "shows",
        "owner",
        "version",
        "reason_de",
        "reason_en",
        "fix_de",
        "fix_en",
        "cause",
        "rank",
    }
    lost = {place.rsplit(":", 1)[1] for place in without_one()}
    kept = {place.rsplit(":", 1)[1] for place in MILDER}
    assert kept == optional | {"roles", "approvers"}
    needed = {"id", "grant", "note", "decision", "level", "fields"}
    assert lost - kept == needed | {"roles_fact", "approvers_fact"}
    asking = [p for p in MILDER if p.endswith(("roles", "approvers"))]
    assert all("deny" in policy_at(place) for place in asking)


def policy_at(place: str) -> str:
    """The policy that an annotation was taken from."""
    name, start, _ = place.split(":")
    before, after = TEXTS[name][: int(start)], TEXTS[name][int(start) :]
    return before.rsplit(";", 1)[-1] + after.split(";", 1)[0]


@settings(max_examples=25)
@given(requests)
def test_a_lost_annotation_never_makes_a_decision_milder(request_: Request) -> None:
    """Whatever is asked, a bundle that lost an annotation decides at least as severely."""
    whole = decide(WHOLE, request_).decision
    assert all(decide(b, request_).decision >= whole for b in MILDER.values())


RULE = 'forbid(principal, action == Action::"book.pay", resource) when { context.facts.known };'
PERMIT = RULE.replace("forbid", "permit")


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        (f'@id("x") {RULE}', "no-route"),
        (f'@id("x") @decision("deny") {RULE}', "no-route"),
        (f'@id("x") @decision("allow") @level("note") {RULE}', "annotation"),
        (f'@id("x") @decison("deny") @level("hold") {RULE}', "annotation"),
        (f'@decision("deny") @level("hold") {RULE}', "annotation"),
        (f'@id("x y") @decision("deny") @level("hold") {RULE}', "annotation"),
        (f'@id("x") @decision("deny") @level("dire") {RULE}', "annotation"),
        (f'@id("x") @decision("deny") @level("hold") @rank("-1") {RULE}', "annotation"),
        (f'@id("x") @decision("deny") @level("hold") @cause("rain") {RULE}', "annotation"),
        (f'@id("x") @decision("deny") @level("hold") @grant {RULE}', "forbid-kind"),
        (f'@id("x") @decision("approve") @level("approve") @approvers("1") {RULE}', "no-roles"),
        (
            f'@id("x") @decision("approve") @level("approve") @roles("r:a") @approvers("1") {RULE}',
            "no-roles",
        ),
        (f'@id("x") @decision("approve") @level("approve") @roles("a") {RULE}', "approvers"),
        (
            f'@id("x") @decision("approve") @level("approve") @roles("a") @approvers("0") {RULE}',
            "annotation",
        ),
        (
            f'@id("x") @decision("deny") @level("hold") @roles("a") @roles_fact("tier") {RULE}',
            "roles-twice",
        ),
        (f'@id("x") @decision("deny") @level("hold") @roles_fact("tier") {RULE}', "misfit"),
        (f'@id("x") @decision("deny") @level("hold") @approvers_fact("known") {RULE}', "misfit"),
        (f'@id("x") @decision("redact") @level("note") {RULE}', "fields"),
        (f'@id("x") @decision("redact") @level("note") @fields("nix") {RULE}', "misfit"),
        (f'@id("x") @decision("deny") @level("hold") @fields("gross") {RULE}', "fields"),
        (f'@id("x") {PERMIT}', "permit-kind"),
        (f'@id("x") @grant @note("info") {PERMIT}', "permit-kind"),
        (f'@id("x") @grant @decision("deny") {PERMIT}', "permit-decides"),
        (f'@id("x") @note("loud") {PERMIT}', "annotation"),
        ('@id("x") @grant permit(principal == ?principal, action, resource);', "template"),
        ('@id("x") @grant permit(principal, action, resource', "syntax"),
        ('@id("x") @grant permit(principal, action == Action::"nix", resource);', "schema"),
    ],
)
def test_a_contradictory_policy_is_refused(policy: str, code: str) -> None:
    """Each way to say too little or too much keeps the bundle from loading, and is named."""
    with pytest.raises(PolicyRefused, match=rf"\[{code}\]"):
        bundle_of({**TEXTS, "99.cedar": policy})


@pytest.mark.parametrize("gap", ["\n", "\n\n// a remark; with a semicolon\n", " "])
def test_a_policy_that_cannot_be_parsed_is_named_by_its_line(gap: str) -> None:
    """The engine says what it met; where, says the line on which the policy begins."""
    before = f'@id("x") @grant {PERMIT}{gap}'
    text = before + '@id("y") @grant\npermit(principal, action resource);' + f'\n@id("z") {PERMIT}'
    line = before.count("\n") + 1
    with pytest.raises(PolicyRefused, match=rf"99\.cedar:{line}.*unexpected token"):
        bundle_of({**TEXTS, "99.cedar": text})
