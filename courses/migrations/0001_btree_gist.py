from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations


class Migration(migrations.Migration):
    """What PostgreSQL needs for "a trainer is in one place"; other databases skip it."""

    initial = True
    dependencies = []
    operations = [BtreeGistExtension()]
