"""G-C03: whether somebody asks for another person, or is not of age (Art. 12 (6), Art. 80 GDPR).

Told by the words of the mail (`policies/compliance_authority.toml`): whether they may, it does not
say. A request without a mail was put by people here, who know.
"""

from pathlib import Path

from policies.facts.patterns import fold, read_patterns

_FILE = Path(__file__).parents[2] / "compliance_authority.toml"


def needs_authority(mail: str) -> bool:
    """Whether whoever writes has to prove that they may ask."""
    folded = " ".join(line for line in fold(mail).splitlines() if not line.lstrip().startswith(">"))
    if _says("acting", folded):
        return True
    return _says("hint", folded) and not _says("own", folded)


def _says(kind: str, folded: str) -> bool:
    return any(pattern.found_in(folded) for pattern in read_patterns(_FILE)[kind])
