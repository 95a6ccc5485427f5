"""Which mode and phase is an area in, by whose word, and until when? Emergency powers end."""

from django.db import models
from django.db.models import Q

from linli.columns import AreaPathField, MomentField
from linli.errors import N_, Conflict
from linli.policy.can import PATH_STEP
from linli.registry.areas import Area


class Mode(models.TextChoices):
    """How the city works: by its calendar, or round the clock under a declaration."""

    PEACE = "peace", N_("peace")
    EMERGENCY = "emergency", N_("emergency")


class Phase(models.TextChoices):
    """What an emergency is about just now."""

    NONE = "", N_("no phase")
    CONTAIN = "contain", N_("contain")
    SUSTAIN = "sustain", N_("sustain")
    REOPEN = "reopen", N_("reopen")


class Declaration(models.Model):
    """An act that puts an area and all below it into a mode: by whom, why, from and until when."""

    id = models.BigAutoField(primary_key=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="declarations")
    path = AreaPathField()
    mode = models.CharField(max_length=12, choices=Mode)
    phase = models.CharField(max_length=12, choices=Phase, blank=True)
    authority = models.CharField(max_length=200)
    reason = models.CharField(max_length=500)
    starts_at = MomentField()
    ends_at = MomentField()  # an extension is a new declaration
    lifted_at = MomentField(null=True)
    begun_at = MomentField(null=True)  # when the clocks were moved to it
    over_at = MomentField(null=True)  # when the clocks were moved back
    account_id = models.BigIntegerField(null=True)
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "registry"
        indexes = [models.Index(fields=["path", "starts_at"], name="declaration_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="declaration_ends"
            )
        ]


def in_force(path: str, at: int, *, exercise: bool = False) -> Declaration | None:
    """The declaration that holds at an area at a moment: the latest one on it or above it.

    One that ended or was lifted holds no longer, whether or not anybody said so: a mode turns
    itself off. A drill's declaration holds for the drill's items only.
    """
    paths = [path[:n] for n in range(PATH_STEP, len(path) + 1, PATH_STEP)]
    return (
        Declaration.objects.filter(
            Q(lifted_at=None) | Q(lifted_at__gt=at),
            path__in=paths,
            starts_at__lte=at,
            ends_at__gt=at,
            exercise=exercise,
        )
        .order_by("-starts_at", "-id")
        .first()
    )


def mode_at(path: str, at: int, *, exercise: bool = False) -> str:
    """The mode of an area at a moment; peace where nothing is declared."""
    declared = in_force(path, at, exercise=exercise)
    return declared.mode if declared else Mode.PEACE


def exercise_under_way(at: int) -> bool:
    """Whether an exercise is held anywhere in the city at a moment."""
    return Declaration.objects.filter(
        Q(lifted_at=None) | Q(lifted_at__gt=at), starts_at__lte=at, ends_at__gt=at, exercise=True
    ).exists()


class NoExercise(Conflict):
    """Somebody meant to act in an exercise, and none is held: their act is not done for real."""

    code = "no_exercise"
    sentence = N_(
        "No exercise is held just now, so nothing was done. What is done from here on is the "
        "city's own work."
    )


def required_exercise(at: int) -> None:
    """Raise NoExercise unless an exercise is held anywhere in the city at a moment."""
    if not exercise_under_way(at):
        raise NoExercise()


def active(at: int, *, exercise: bool = False) -> list[tuple[str, str]]:
    """The (path, mode) of every declaration in force at a moment, the latest first.

    The first whose path is a prefix of an area's path decides there.
    """
    return list(
        Declaration.objects.filter(
            Q(lifted_at=None) | Q(lifted_at__gt=at),
            starts_at__lte=at,
            ends_at__gt=at,
            exercise=exercise,
        )
        .order_by("-starts_at", "-id")
        .values_list("path", "mode")
    )
