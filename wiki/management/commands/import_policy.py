"""import_policy FILE…: brings policy files (docx, md, txt) in as documents, or their newer text into existing ones."""

from argparse import ArgumentParser
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from tqdm import tqdm

from wiki.errors import WikiError
from wiki.models import Document
from wiki.parsing import FileError, Parsed, Problem, parse_file
from wiki.services import change_stage, create_document, revise_document
from wiki.text.slugs import make_slug
from wiki.workflow import Stage, StageAction

END_OF_DAY = time(23, 59, 59)
KNOWN = (
    "title",
    "slug",
    "category",
    "issuer",
    "summary",
    "stage",
    "opens",
    "closes",
    "consultation_days",
    "short_reason",
)


@dataclass
class Meta:
    """A file's front matter, read; what was wrong with it is in `problems`."""

    slug: str
    title: str
    category: str
    issuer: str
    summary: str
    open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    short_reason: str
    problems: list[Problem]


class Command(BaseCommand):
    help = "导入政策文件（docx、md、txt）；重复导入同一文件不会产生第二份，文字有变化时形成新版本。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "files", nargs="+", type=Path, metavar="FILE", help="要导入的文件，可以一次给几份"
        )
        parser.add_argument(
            "--slug", default="", help="网址中的名称（只用于单个文件）；默认取文件头的 slug 或文件名"
        )
        parser.add_argument("--open", action="store_true", help="导入后立即开始征求意见")
        parser.add_argument("--days", type=int, default=0, help="征求意见的天数，从现在算起")
        parser.add_argument("--as", dest="username", default="", help="以哪个账号的名义导入")
        parser.add_argument("--dry-run", action="store_true", help="只解析并报告，不写入")

    def handle(self, *args: Any, **options: Any) -> None:
        files: list[Path] = options["files"]
        if options["slug"] and len(files) > 1:
            raise CommandError("--slug 只能和一个文件一起用。")
        actor = None
        if options["username"]:
            users = get_user_model()
            actor = users.objects.filter(**{users.USERNAME_FIELD: options["username"]}).first()
            if actor is None:
                raise CommandError(f"没有账号“{options['username']}”。")
        failed = 0
        # disable=None: no bar where the output is not a terminal
        with tqdm(files, desc="导入政策文件", unit="份", disable=None) as bar:
            for file in bar:
                bar.set_postfix_str(file.name)
                try:
                    lines = self._import(file, actor, options)
                except (FileError, WikiError, OSError) as error:
                    failed += 1
                    lines = [self.style.ERROR(f"{file.name}：没有导入。{_sentence(error)}")]
                for line in lines:
                    with bar.external_write_mode(file=self.stdout):
                        self.stdout.write(line)
        if failed:
            raise CommandError(f"{len(files)} 份文件中有 {failed} 份没有导入。")

    def _import(self, file: Path, actor: Any, options: dict[str, Any]) -> list[str]:
        """Import one file and return the lines that say what became of it."""
        parsed = parse_file(file.name, file.read_bytes())
        meta = read_meta(parsed, file, options)
        problems = [*parsed.problems, *meta.problems]
        lines = [self.style.WARNING(f"{file.name}：{problem}") for problem in problems]
        clauses = sum(1 for _ in parsed.walk())
        if options["dry_run"]:
            return [*lines, f"{file.name}：《{meta.title}》共 {clauses} 个条款，地址 {meta.slug}（没有写入）"]
        document = (
            Document.objects.filter(slug=meta.slug).first()
            or Document.objects.filter(source_digest=parsed.digest).first()
        )
        if document is None:
            document = create_document(
                actor=actor,
                slug=meta.slug,
                title=meta.title,
                nodes=parsed.nodes,
                summary=meta.summary,
                category=meta.category,
                issuer=meta.issuer,
                source=file.name,
                digest=parsed.digest,
            )
            lines.append(
                self.style.SUCCESS(
                    f"{file.name}：已导入《{meta.title}》，{clauses} 个条款，/wiki/{document.slug}/"
                )
            )
        else:
            lines.append(self._revise(file, document, parsed, meta, actor))
        if meta.open and document.stage == Stage.DRAFT:
            change_stage(
                actor=actor,
                document=document,
                action=StageAction.OPEN,
                opens_at=meta.opens_at,
                closes_at=meta.closes_at,
                short_reason=meta.short_reason,
                without_end=meta.closes_at is None,
            )
            lines.append(f"{file.name}：开始征求意见")
        return lines

    def _revise(self, file: Path, document: Document, parsed: Parsed, meta: Meta, actor: Any) -> str:
        result = revise_document(
            actor=actor,
            document=document,
            title=meta.title,
            nodes=parsed.nodes,
            source=file.name,
            digest=parsed.digest,
        )
        kept = f"；以下条款保留网上已采纳的文字：{'、'.join(result.kept)}" if result.kept else ""
        if result.version is None:
            return f"{file.name}：《{document.title}》没有变化{kept}"
        return self.style.SUCCESS(
            f"{file.name}：《{meta.title}》更新到第 {result.version} 版，改 {result.changed} 条，增 {result.added} 条，"
            f"减 {result.removed} 条{kept}"
        )


def read_meta(parsed: Parsed, file: Path, options: dict[str, Any]) -> Meta:
    """Return the front matter with defaults from the file and the command line."""
    problems: list[Problem] = []
    meta = parsed.meta

    def text(name: str, limit: int, default: str = "") -> str:
        value = str(meta.get(name) or default).strip()
        if len(value) > limit:
            problems.append(Problem("文件头", f"{name} 超过 {limit} 个字，截短了"))
        return value[:limit]

    def moment(name: str, *, end: bool) -> datetime | None:
        try:
            return _moment(meta.get(name), end=end)
        except ValueError:
            problems.append(Problem("文件头", f"{name} 不是日期：{meta[name]}"))
            return None

    for name in meta:
        if name not in KNOWN:
            problems.append(Problem("文件头", f"不认识“{name}”，没有使用"))
    stage = str(meta.get("stage") or "draft")
    if stage not in ("draft", "open"):
        problems.append(Problem("文件头", f"stage 只能是 draft 或 open，不能是 {stage}"))
    days = options["days"] or meta.get("consultation_days") or 0
    if not isinstance(days, int) or not 0 <= days <= 3650:
        problems.append(Problem("文件头", f"consultation_days 应当是天数：{days}"))
        days = 0
    wanted = options["slug"] or str(meta.get("slug") or "") or file.stem
    slug = make_slug(wanted) or f"doc-{parsed.digest[:10]}"
    last_day = timezone.localdate() + timedelta(days=days)
    closes_at = _moment(last_day, end=True) if days else moment("closes", end=True)
    return Meta(
        slug=slug,
        title=(text("title", 200) or parsed.title[:200] or file.stem[:200]),
        category=text("category", 40, "官方发布"),
        issuer=text("issuer", 100),
        summary=text("summary", 2000),
        open=options["open"] or stage == "open",
        opens_at=moment("opens", end=False),
        closes_at=closes_at,
        short_reason=text("short_reason", 1000),
        problems=problems,
    )


def _moment(value: Any, *, end: bool) -> datetime | None:
    """Return a day or moment of the front matter as local time; a closing day counts to its last second."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        parsed = parse_datetime(value) or parse_date(value)
        if parsed is None:
            raise ValueError(value)
        value = parsed
    if isinstance(value, datetime):
        return value if timezone.is_aware(value) else timezone.make_aware(value)
    if isinstance(value, date):
        return timezone.make_aware(datetime.combine(value, END_OF_DAY if end else time.min))
    raise ValueError(value)


def _sentence(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"文件打不开：{error.strerror or error}"
    return str(error)
