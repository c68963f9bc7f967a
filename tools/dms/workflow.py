"""Workflows of the DMS: a stored document is given to the people of a role."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from leitstand.tool import Recorded
from leitstand.values import Frozen, Identifier, Kept, Text, Word
from tools.dms.document import Sha256

WorkflowName = Annotated[str, Field(strict=True, min_length=1, max_length=80, pattern=r"^\S.*$")]
Workflows = Mapping[WorkflowName, tuple[Identifier, ...]]
"""What a company's DMS has: which workflow goes to which roles."""


class StartWorkflow(Frozen):
    """Start `workflow` on a stored document for the people of `role`; `note` says what for.

    Names of workflows, and the roles that each may go to, are those of the company's DMS.
    """

    document_sha256: Annotated[Sha256, Recorded("dms.document.get", "value.sha256")]
    workflow: Annotated[Word, Field(min_length=1, max_length=80), Kept()]
    role: Annotated[Identifier, Kept()]
    note: Annotated[Text, Field(max_length=400)] = ""


class Workflow(Frozen):
    """A workflow as it was started."""

    workflow_no: Identifier
    document_sha256: Sha256
    workflow: Annotated[Word, Kept()]
    role: Annotated[Identifier, Kept()]
    state: Literal["started"] = "started"
