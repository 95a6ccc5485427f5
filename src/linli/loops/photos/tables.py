"""Photos: one row a photo of one item; the uid makes a photo sent twice one photo."""

from django.db import models

from linli.columns import AreaPathField, MomentField
from linli.loops.collected import Collected


class Photo(models.Model):
    """A photo as it was kept: the picture itself, its size in pixels, and who added it when."""

    id = models.BigAutoField(primary_key=True)
    uid = models.UUIDField(unique=True)
    item_id = models.BigIntegerField()
    path = AreaPathField()
    at = MomentField()
    added_by = models.BigIntegerField(null=True)
    role = models.CharField(max_length=24)
    caption = models.CharField(max_length=200, blank=True)
    width = models.IntegerField()
    height = models.IntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of the picture as kept, for the audit
    picture = models.BinaryField()  # JPEG
    exercise = models.BooleanField(default=False)

    class Meta:
        app_label = "loops"
        indexes = [models.Index(fields=["item_id", "id"], name="photo_item")]


COLLECTED = (Collected("photos", Photo, "at"),)
