"""Which places are disinfected on which days of the week?"""

from django.db import models

from linli.columns import AreaPathField

EVERY_DAY = "1234567"  # ISO days of the week, Monday is 1


class DisinfectionPlace(models.Model):
    """A place that is disinfected again and again: where, on which days, with what."""

    id = models.BigAutoField(primary_key=True)
    area_id = models.BigIntegerField()
    path = AreaPathField()
    name = models.CharField(max_length=120)
    weekdays = models.CharField(max_length=7, default=EVERY_DAY)
    agent = models.CharField(max_length=80, blank=True)
    first_day = models.DateField()
    last_day = models.DateField(null=True)
    photo = models.BooleanField(default=False)  # a photo has to show that it is done
    flag = models.CharField(max_length=40, blank=True)  # the figure of the building it comes from

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["path"], name="disinfection_path")]
        constraints = [
            models.UniqueConstraint(fields=["area_id", "name"], name="one_disinfection_a_place")
        ]
