"""Which questions come up in every meeting? Choices to start from, one tap on a phone."""

from dataclasses import dataclass

from linli.errors import N_
from linli.studies.simulation.choices import Choice, Closing


@dataclass(frozen=True)
class Preset:
    """A question as it is often asked: its words, how far ahead, and choices with English names."""

    title: str
    n_days: int
    choices: tuple[Choice, ...]


AS_NOW = N_("as it is now")
PRESETS: dict[str, Preset] = {
    "close": Preset(
        N_("Close the compounds today, tomorrow, or in a week?"), 30,
        (
            Choice(N_("close in a week"), close=Closing.ALL, close_from=7),
            Choice(N_("close today"), close=Closing.ALL),
            Choice(N_("close tomorrow"), close=Closing.ALL, close_from=1),
        ),
    ),
    "beds": Preset(
        N_("Open shelter hospitals, or trace faster?"), 30,
        (
            Choice(AS_NOW),
            Choice(N_("shelter hospitals"), shelter_beds=1_000, shelter_from=3),
            Choice(N_("trace faster"), trace_delay=0, trace_share=0.8),
            Choice(N_("both"), shelter_beds=1_000, shelter_from=3, trace_delay=0,
                   trace_share=0.8),
        ),
    ),
    "rounds": Preset(
        N_("Test everybody, or keep households at home?"), 30,
        (
            Choice(AS_NOW),
            Choice(N_("two rounds of tests"), rounds=2, samples_a_day=50_000),
            Choice(N_("households at home"), quarantine=True),
        ),
    ),
    "first": Preset(
        N_("Which 50 compounds first?"), 30,
        (
            Choice(AS_NOW),
            Choice(N_("50 compounds"), close=Closing.FIRST, n_first=50),
            Choice(N_("all compounds"), close=Closing.ALL),
        ),
    ),
    "reopen": Preset(
        N_("Reopen at once, by a ladder, or stay closed?"), 60,
        (
            Choice(N_("stay closed"), close=Closing.ALL, close_from=-28),
            Choice(N_("by a ladder"), close=Closing.ALL, close_from=-28, reopen_days=(7, 14),
                   reopen_shares=(0.5, 1.0)),
            Choice(N_("open in a week"), close=Closing.ALL, close_from=-28, close_until=7),
        ),
    ),
    "work": Preset(
        N_("Keep schools and work closed?"), 45,
        (
            Choice(AS_NOW),
            Choice(N_("schools closed"), school_share=0.0),
            Choice(N_("schools and most work closed"), school_share=0.0, work_share=0.3),
        ),
    ),
}  # fmt: skip
