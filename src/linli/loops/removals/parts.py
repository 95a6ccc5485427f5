"""What of a record may be erased by itself, and how is it known who asks for it?"""

from enum import StrEnum

from linli.errors import N_

RECORD = "record"  # the whole record, beside the single fields that may go


class Proof(StrEnum):
    """How it is known that whoever asks is the person of the record."""

    DOCUMENT = "document"
    KNOWN = "known"
    ACCOUNT = "account"


PROOF_NAMES = {
    Proof.DOCUMENT: N_("they showed a document"),
    Proof.KNOWN: N_("they are known here in person"),
    Proof.ACCOUNT: N_("they asked by their own account"),
}
PART_NAMES = {
    RECORD: N_("the whole record"),
    "phone": N_("phone"),
    "document": N_("identity document"),
    "needs": N_("needs"),
}
