"""Search app configuration: the groups of results that this layer knows; higher layers add their own."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "civic.search"
    label = "search"
    verbose_name = "全站搜索"

    def ready(self) -> None:
        from civic.search import groups

        groups.register("cases", "公开案件", "civic.search.finders.find_cases", order=40)
        groups.register("documents", "政务维基", "civic.search.finders.find_documents", order=10)
        groups.register("markets", "便民菜市场", "civic.search.finders.find_markets", order=20)
