"""Look into the mailbox of reports once."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from civic.cases.mail.fetching import MailboxError, fetch_letters


class Command(BaseCommand):
    help = "从诉求邮箱收信一次；邮箱由环境变量 CASE_MAIL_… 给出"

    def handle(self, *args, **options) -> None:
        if not settings.CASE_MAIL_HOST:
            raise CommandError(
                "没有配置诉求邮箱：请设置 CASE_MAIL_HOST、CASE_MAIL_USER、CASE_MAIL_PASSWORD。"
            )
        try:
            done = fetch_letters()
        except MailboxError as error:
            raise CommandError(str(error)) from error
        counts = "，".join(f"{outcome} {count} 封" for outcome, count in done.items())
        self.stdout.write(counts or "没有新的来信。")
