"""Loads pages and questions from the content folder; safe to repeat, and silent about what has not changed."""

from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.text import slugify
from tqdm import tqdm

from civic.pages import services


def _read(path: Path) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CommandError(f"找不到 {path}") from None
    except yaml.YAMLError as error:
        raise CommandError(f"{path} 不是合格的 YAML：{error}") from error


class Command(BaseCommand):
    help = "从内容目录装入首页、文字页和常见问答；可以重复运行，工作人员改过的内容保持不动。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--content", type=Path, default=None, help="内容目录，默认用设置里的 CONTENT_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["content"] or Path(settings.CONTENT_DIR)
        loaded = services.Loaded()
        home_values = _read(folder / "pages" / "home.yaml")
        faq = _read(folder / "faq" / "faq.yaml")
        others = [path for path in sorted((folder / "pages").glob("*.yaml")) if path.stem != "home"]
        bad: list[str] = []
        total = 2 + len(others) + sum(len(category["entries"]) for category in faq["categories"])
        with tqdm(total=total, desc="装入页面与问答", unit="项", disable=options["verbosity"] < 1) as bar:
            home = services.install_home_page(title=home_values["title"])
            services.fill_home_page(home=home, values=home_values, loaded=loaded)
            services.fill_footer(home=home, values=home_values.get("footer", {}))
            bar.update()
            services.load_faq_page(home=home, title=faq["title"], intro=faq.get("intro", ""), loaded=loaded)
            bar.update()
            for path in others:
                services.load_content_page(
                    home=home, slug=slugify(path.stem), values=_read(path), loaded=loaded
                )
                bar.update()
            for place, category_values in enumerate(faq["categories"]):
                category = services.load_category(
                    key=category_values["key"], name=category_values["name"], order=place
                )
                for order, entry in enumerate(category_values["entries"]):
                    try:
                        services.load_entry(
                            category=category, key=entry["key"], values=entry, order=order, loaded=loaded
                        )
                    except (KeyError, TypeError, ValueError) as error:
                        bad.append(f"{category_values['name']} 第 {order + 1} 条：{error}")
                    bar.update()
        self.stdout.write(
            f"新增 {loaded.made}，更新 {loaded.changed}，未变 {loaded.same}，保留人工修改 {len(loaded.kept)}。"
        )
        for title in loaded.kept:
            self.stdout.write(f"  保留：{title}")
        for line in bad:
            self.stderr.write(f"  跳过：{line}")
