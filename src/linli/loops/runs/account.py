"""What became of everybody who was sent? Sent = arrived + returned + ended on the way + open."""

from dataclasses import dataclass, field

from linli.loops.ledger import Item

RETURNED = frozenset({"turned_back", "refused"})
ADMITTED = "admitted"


@dataclass(frozen=True)
class Account:
    """The transfers of a run by what became of them; ``reasons`` says why of all but the first."""

    arrived: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    reasons: dict[int, str] = field(default_factory=dict)


def account(run_id: int) -> Account:
    """The account of one run; empty before it leaves."""
    run = Item.objects.filter(id=run_id, loop="run").first()
    told = Account()
    if run is None:
        return told
    sent = run.data.get("sent", [])
    transfers = Item.objects.in_bulk(sent)
    for transfer_id in sent:
        end = _end(transfers.get(transfer_id), run_id)
        if end == ADMITTED:
            told.arrived.append(transfer_id)
        elif end is None:
            told.open.append(transfer_id)
        elif end in RETURNED:
            told.returned.append(transfer_id)
        else:
            told.ended.append(transfer_id)
        if end != ADMITTED:
            told.reasons[transfer_id] = end or _stage(transfers.get(transfer_id))
    return told


def _end(transfer: Item | None, run_id: int) -> str | None:
    """How the ride of a transfer on this run ended; None while it is under way."""
    if transfer is None:
        return "forgotten"  # its data was destroyed at its time
    rides = [ride for ride in transfer.data.get("rides", ()) if ride["run"] == run_id]
    return rides[-1].get("end") if rides else None


def _stage(transfer: Item | None) -> str:
    return transfer.stage if transfer else ""
