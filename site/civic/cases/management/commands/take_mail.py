"""Take one letter from the standard input, for a mail server's pipe."""

import sys

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from civic.cases.mail.taking import take_letter

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: the mail server keeps the letter and tries again


class Command(BaseCommand):
    help = "从标准输入收一封诉求邮件（供邮件服务器的管道调用）；退出码 75 表示稍后重试"

    def handle(self, *args, **options) -> None:
        try:
            taken = take_letter(sys.stdin.buffer.read())
        except (DatabaseError, OSError) as error:
            raise CommandError("暂时存不下，请稍后重试", returncode=TRY_AGAIN) from error
        self.stdout.write(f"{taken.outcome.value}{' ' if taken.number else ''}{taken.number}")
