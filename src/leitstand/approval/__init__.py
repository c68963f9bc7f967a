"""Approval: decisions of people, signed, bound to what was shown, verified when they act."""

from leitstand.approval.correction import changed, corrections
from leitstand.approval.custody import Custody
from leitstand.approval.directory import Directory, FileDirectory
from leitstand.approval.edit import Kind, edit, fill, is_amount, kind_of, part_type, typed
from leitstand.approval.keyring import Keyring, id_of
from leitstand.approval.release import Releases, Signers
from leitstand.approval.signing import Statement, public_of, sign, signed_bytes, write
from leitstand.approval.verifying import Grants, Reason, Refusal, verify

__all__ = [
    "Custody",
    "Directory",
    "FileDirectory",
    "Grants",
    "Keyring",
    "Kind",
    "Reason",
    "Refusal",
    "Releases",
    "Signers",
    "Statement",
    "changed",
    "corrections",
    "edit",
    "fill",
    "id_of",
    "is_amount",
    "kind_of",
    "part_type",
    "public_of",
    "sign",
    "signed_bytes",
    "typed",
    "verify",
    "write",
]
