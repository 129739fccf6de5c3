"""Wagtail's own addresses: which of them staff may use without an administrator's rights; all others are refused."""

from collections import defaultdict

from tests.site.permissions.addresses import Address

# The sign in, and what every page of the desk loads: for anyone.
FOR_ANYONE = ("admin/sprite/", "admin/jsi18n/", "admin/login/", "admin/password_reset/", "_util/")

# The frame that every member of staff works in, and lists to choose from that show only what a page could show.
FRAME = (
    "admin/$", "admin/account/", "admin/logout/", "admin/dismissibles/", "admin/editing-sessions/", "admin/failwhale/",
    "admin/api/main/", "admin/choose-", "admin/tag-autocomplete/", "admin/snippets/choose/", "admin/documents/chooser/",
    "admin/images/chooser/", "admin/workflows/task_chooser/", "admin/reports/site-history/",
    "admin/pages/<int:page_id>/revisions/$", "admin/pages/workflow/confirm_cancellation/<int:page_id>/",
    "admin/pages/<int:page_to_move_id>/move/<int:destination_id>/confirm/",
)  # fmt: skip

# The two kinds of snippets that are our staff's; the table of our own addresses says whose.
OURS = ("admin/snippets/cases/answertemplate/", "admin/snippets/cases/dispatchrule/")

# Where a member of staff changes something: the own account, what is being edited just now, and those snippets.
WRITES = ("admin/account/", "admin/editing-sessions/", *OURS)

# A pattern that takes any path stands for no page of its own.
ANY_PATH = ("^((?:[\\w\\-]+/)*)$", "admin/^.*/$", "documents/^(\\d+)/(.*)$")

# What the patterns are filled in with; every other part is the number 1, which pages, people and groups have.
VALUES = defaultdict(
    lambda: "1", app_label="cases", app_name="pages", model_name="case", content_type_app_name="pages",
    content_type_model_name="homepage", action_name="publish", action="delete", filter_spec="width-100",
    revision_id_a="earliest", revision_id_b="latest",
)  # fmt: skip


def is_wagtail(address: Address) -> bool:
    """Whether the address leads to a view of Wagtail's, or of Django's that Wagtail mounts."""
    return address.module.startswith("wagtail.") or address.pattern.startswith("_util/")


def among(pattern: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a pattern begins with one of the prefixes; one that ends with a dollar sign is the whole pattern."""
    return any(
        pattern == prefix[:-1] if prefix.endswith("$") else pattern.startswith(prefix) for prefix in prefixes
    )
