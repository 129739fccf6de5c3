"""Issue a key to a partner system, registering the partner on its first key."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from civic.accounts.models import Department, User
from civic.core.errors import DomainError
from civic.partners.models import Partner, Scope
from civic.partners.services.keys import issue_key, register_partner


class Command(BaseCommand):
    help = "给合作方系统签发接口密钥（只显示这一次）；第一次签发时登记合作方"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="合作方代号：小写字母、数字、连字符")
        parser.add_argument("--name", default="", help="合作方名称，默认同代号")
        parser.add_argument("--department", default="", help="由该系统承办的部门的代码")
        parser.add_argument(
            "--scope", action="append", choices=Scope.values, help="可用接口，可重复给出，默认全部"
        )
        parser.add_argument("--per-minute", type=int, help="每分钟调用上限，默认按设置，0 为不限")
        parser.add_argument("--per-day", type=int, help="每天调用上限，默认按设置，0 为不限")

        parser.add_argument("--no-key", action="store_true", help="只登记或更新，不签发密钥")

    def handle(self, *args, **options) -> None:
        for name in ("per_minute", "per_day"):
            if options[name] is not None and not 0 <= options[name] <= 2_000_000_000:
                raise CommandError("上限应为 0 或正整数")
        try:
            partner = self._partner(options)
        except DomainError as error:
            raise CommandError(error.message) from error
        if options["no_key"]:
            self.stderr.write(f"{partner.name} 已登记")
            return
        key = issue_key(partner=partner)
        labels = "、".join(str(Scope(scope).label) for scope in partner.scopes)
        self.stderr.write(f"{partner.name}（{labels}）的密钥，只显示这一次：")
        self.stdout.write(key)

    def _partner(self, options: dict) -> Partner:
        """Return the partner, registered or brought up to date where something was given."""
        known = Partner.objects.filter(user__username=f"{User.Kind.PARTNER}:{options['code']}").first()
        department = known.department if known else None
        if options["department"]:
            department = Department.objects.filter(code=options["department"]).first()
            if department is None:
                raise CommandError(f"没有这个部门：{options['department']}")
        return register_partner(
            code=options["code"],
            name=options["name"] or (known.name if known else ""),
            department=department,
            scopes=options["scope"] or (known.scopes if known else list(Scope.values)),
            quota_minute=_kept(options["per_minute"], known.quota_minute if known else None),
            quota_day=_kept(options["per_day"], known.quota_day if known else None),
        )


def _kept(given: int | None, known: int | None) -> int | None:
    return known if given is None else given
