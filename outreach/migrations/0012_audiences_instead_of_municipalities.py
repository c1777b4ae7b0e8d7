from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ("outreach", "0011_audiences_of_the_mailings_there_are"),
    ]

    operations = [
        migrations.RemoveField(
            model_name='mailing',
            name='municipalities',
        ),
        migrations.RemoveField(
            model_name='mailing',
            name='recipient',
        ),
    ]
