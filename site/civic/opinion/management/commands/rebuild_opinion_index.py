"""Build the opinion index afresh from the stored documents."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

import nlp
from civic.core.errors import DomainError
from civic.opinion.backends import get_backend
from civic.opinion.models import Document
from civic.opinion.services import rebuild_index


class Command(BaseCommand):
    help = "重建舆情索引；词典更新后、换索引引擎后运行。重建时检索照常"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--stale", action="store_true", help="只补做词典已过期或还没进索引的文本")

    def handle(self, *args, **options) -> None:
        documents = (
            Document.objects.stale(nlp.LEXICON_VERSION) if options["stale"] else Document.objects.all()
        )
        quiet = options["verbosity"] == 0
        with tqdm(total=documents.count(), unit="条", desc="舆情索引", disable=quiet) as bar:
            try:
                count = rebuild_index(only_stale=options["stale"], told=bar.update)
            except DomainError as error:
                raise CommandError(error.message) from error
        self.stdout.write(f"舆情索引（{get_backend().name}）：{count} 条，词典版本 {nlp.LEXICON_VERSION}")
