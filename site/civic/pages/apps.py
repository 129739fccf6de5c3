"""Pages app configuration: the questions join the site's search, and the foot of every page."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "civic.pages"
    label = "pages"
    verbose_name = "网页与问答"

    def ready(self) -> None:
        from civic.pages import foot
        from civic.search import groups

        foot.connect()
        groups.register("questions", "常见问答", "civic.pages.finders.find_questions", order=30)
