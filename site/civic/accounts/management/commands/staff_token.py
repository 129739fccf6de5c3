"""Print a token for the staff API."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rest_framework.authtoken.models import Token

from civic.accounts.models import User


class Command(BaseCommand):
    help = "打印某账号的接口令牌，用于请求头 Authorization: Token …"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args, **options) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"没有这个账号：{options['username']}")
        if not user.has_perm("wagtailadmin.access_admin"):
            raise CommandError(f"{options['username']} 不是工作人员账号")
        self.stdout.write(Token.objects.get_or_create(user=user)[0].key)
