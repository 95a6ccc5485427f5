"""Who broke the glass? Access to one person outside the own area: reason, three hours, shown."""

from django.db import models

from linli.columns import AreaPathField, MomentField

GRANT_HOURS = 3  # DHIS2's break-glass length


class Grant(models.Model):
    """An account's access to one person it has no post for, for three hours, with its reason."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    path = AreaPathField()  # of the person's responsible area, which is told
    role = models.CharField(max_length=24)
    reason = models.CharField(max_length=500)
    starts_at = MomentField()
    ends_at = MomentField()

    class Meta:
        app_label = "registry"
        indexes = [
            models.Index(fields=["account_id", "ends_at"], name="grant_account"),
            models.Index(fields=["person_id", "starts_at"], name="grant_person"),
            models.Index(fields=["path", "starts_at"], name="grant_path"),
        ]
