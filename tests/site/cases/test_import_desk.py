"""The desk's import: upload, preview with columns to correct, work in the background, the rows that were not taken."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from openpyxl import Workbook

from civic.accounts.roles import Role
from civic.cases.imports import jobs, stored
from civic.cases.models import Report, private_storage
from civic.core import outbox, schedule
from civic.core.models import OutboxEvent
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ROWS = "工单编号,诉求内容,来电时间,说明\n" + "".join(
    f"GD{number},第{number}处垃圾没人收,2026-05-11 10:30,备注{number}\n" for number in range(1, 6)
)


@pytest.fixture(autouse=True)
def _no_jobs_left() -> Any:
    yield
    storage = private_storage()
    for name in storage.listdir(stored.FOLDER)[1] if storage.exists(stored.FOLDER) else []:
        storage.delete(f"{stored.FOLDER}/{name}")


@pytest.fixture
def desk() -> Client:
    client = Client()
    client.force_login(UserFactory(roles=[Role.CASE_CLERK]))
    return client


def upload(desk: Client, content: str | bytes = ROWS, name: str = "五月.csv", **fields: str) -> Any:
    data = content.encode() if isinstance(content, str) else content
    form = {"file": SimpleUploadedFile(name, data), "source": "hotline12345", "crs": "wgs84", **fields}
    return desk.post("/admin/cases/imports/", form)


def started(desk: Client, page: str, **columns: str) -> Any:
    chosen = {"text": "诉求内容", "source_ref": "工单编号", "time": "来电时间", **columns}
    return desk.post(page, {"action": "start", **{f"column-{name}": value for name, value in chosen.items()}})


def test_the_whole_way(desk: Client) -> None:
    address = upload(desk).url
    page = desk.get(address).content.decode()
    assert '<option value="诉求内容" selected>' in page
    assert "第3处垃圾没人收" in page
    assert not Report.objects.exists()
    assert started(desk, address).status_code == 302
    waiting = desk.get(address)
    assert waiting["Refresh"]
    assert "正在导入" in waiting.content.decode()
    assert not Report.objects.exists()
    outbox.drain()
    done = desk.get(address)
    assert "Refresh" not in done
    assert "新收 5 行，已有 0 行，有问题 0 行" in " ".join(done.content.decode().split())
    assert Report.objects.filter(channel="hotline", partner__username="partner:hotline12345").count() == 5
    assert "五月.csv" in desk.get("/admin/cases/imports/").content.decode()


def test_columns_can_be_corrected_before_it_starts(desk: Client) -> None:
    address = upload(desk).url
    response = desk.post(
        address, {"action": "preview", "column-text": "说明", "column-source_ref": "工单编号"}, follow=True
    )
    page = response.content.decode()
    assert "备注2" in page
    assert "第2处" not in page
    started(desk, address, text="说明", time="")
    outbox.drain()
    assert set(Report.objects.values_list("text", flat=True)) == {f"备注{number}" for number in range(1, 6)}
    again = started(desk, address)
    assert again.status_code == 409
    assert "已经开始" in again.content.decode()


@pytest.mark.parametrize(
    ("columns", "said"),
    [({"text": ""}, "看不出哪一列是诉求内容"), ({"text": "没有这列"}, "没有“没有这列”"), ({"lon": "说明"}, "一起对应"),
     ({"address": "诉求内容"}, "用了两次")],
)  # fmt: skip
def test_columns_that_make_no_sense_are_refused(desk: Client, columns: dict[str, str], said: str) -> None:
    address = upload(desk).url
    response = started(desk, address, **columns)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert not OutboxEvent.objects.exists()


def test_rows_that_were_not_taken_can_be_downloaded(desk: Client) -> None:
    address = upload(desk, ROWS + "GD9,,2026-05-11,\nGD1,换了说法,2026-05-11,\n=1+1,x,昨天,\n").url
    page = desk.get(address).content.decode()
    assert "请写一句话说明" in page  # the preview says it before anything is stored
    started(desk, address)
    outbox.drain()
    page = desk.get(address).content.decode()
    assert "第 7 行：" in page
    response = desk.get(f"{address}problems.csv")
    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0] == '"行","原因"'
    assert [line.split(",")[0] for line in lines[1:]] == ["7", "8", "9"]
    assert Report.objects.count() == 5


def test_it_goes_on_slice_by_slice_and_a_repeated_slice_takes_nothing_twice(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SLICE_ROWS", 2)
    address = upload(desk).url
    started(desk, address)
    key = address.rstrip("/").rsplit("/", 1)[-1]
    jobs.import_slice({"job": key})
    assert Report.objects.count() == 2
    assert "新收 2 行" in desk.get(address).content.decode()
    outbox.drain()
    assert Report.objects.count() == 5
    assert "导入完成" in desk.get(address).content.decode()
    jobs.import_slice({"job": key})
    assert Report.objects.count() == 5


def test_a_slice_that_died_before_it_was_noted_is_done_again(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(desk).url
    started(desk, address)
    key = address.rstrip("/").rsplit("/", 1)[-1]
    with monkeypatch.context() as patch:
        patch.setattr(stored, "save", lambda job: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            jobs.import_slice({"job": key})
    assert Report.objects.count() == 5
    outbox.drain()
    assert Report.objects.count() == 5
    assert "已有 5 行" in desk.get(address).content.decode()


@pytest.mark.parametrize(
    ("content", "name", "fields"),
    [(b"", "a.csv", {}), (b"PK broken", "a.xlsx", {}), (b"x", "a.exe", {}), (ROWS.encode("utf-16"), "a.csv", {}),
     (ROWS.encode(), "a.csv", {"source": " "}), (ROWS.encode(), "a.csv", {"crs": "mars"})],
)  # fmt: skip
def test_a_file_that_is_none_is_a_sentence_and_leaves_nothing(
    desk: Client, content: bytes, name: str, fields: dict[str, str]
) -> None:
    response = upload(desk, content, name, **fields)
    assert response.status_code == 400
    assert 'role="alert"' in response.content.decode()
    storage = private_storage()
    assert not storage.exists(stored.FOLDER) or storage.listdir(stored.FOLDER)[1] == []


def test_without_a_file_it_says_so(desk: Client) -> None:
    response = desk.post("/admin/cases/imports/", {"source": "x", "crs": "wgs84"})
    assert (response.status_code, "请选择文件" in response.content.decode()) == (400, True)


@pytest.mark.parametrize(
    "role", [Role.DEPARTMENT_HANDLER, Role.DISTRICT_OFFICER, Role.SUPERVISOR, Role.DUTY_OFFICER]
)
def test_only_clerks_import(desk: Client, role: str) -> None:
    address = upload(desk).url
    other = Client()
    other.force_login(UserFactory(roles=[role]))
    for method, path in (("get", "/admin/cases/imports/"), ("get", address), ("get", f"{address}problems.csv"),
                         ("post", "/admin/cases/imports/"), ("post", address)):  # fmt: skip
        # Wagtail's shell sends whoever may not be here back to its home.
        assert getattr(other, method)(path).status_code in {302, 403}
    assert "导入工单" not in other.get("/admin/cases/").content.decode()
    assert Client().get(address).status_code == 302


def test_an_unknown_import_is_not_found(desk: Client) -> None:
    for path in ("", "problems.csv"):
        address = f"/admin/cases/imports/00000000-0000-4000-8000-000000000000/{path}"
        assert desk.get(address).status_code == 404
    jobs.import_slice({"job": "00000000-0000-4000-8000-000000000000"})


def test_old_imports_are_forgotten(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    address = upload(desk).url
    assert stored.sweep_imports() == 0
    monkeypatch.setattr(stored, "KEPT", timedelta(seconds=-60))
    assert stored.sweep_imports() == 2
    assert desk.get(address).status_code == 404


def test_a_workbook_with_too_many_rows_is_refused_with_the_way_out(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, out = Workbook(), io.BytesIO()
    for row in (["诉求内容"], ["路灯不亮"], ["井盖坏了"]):
        book.active.append(row)
    book.save(out)
    address = upload(desk, out.getvalue(), "五月.xlsx").url
    assert "井盖坏了" in desk.get(address).content.decode()
    monkeypatch.setattr(jobs, "SHEET_ROWS", 2)
    refused = upload(desk, out.getvalue(), "五月.xlsx")
    assert (refused.status_code, "另存为 CSV" in refused.content.decode()) == (400, True)


class Died(BaseException):
    """A process ends here: nothing after this line of the product is run."""


def die(*args: Any, **kwargs: Any) -> None:
    raise Died


def key_of(page: str) -> str:
    return page.rstrip("/").rsplit("/", 1)[-1]


def later(minutes: int = 10) -> datetime:
    return timezone.now() + timedelta(minutes=minutes)


def test_who_dies_between_saying_running_and_asking_for_the_first_slice_holds_up_nothing(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = upload(desk).url
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_go_on", die)
        with pytest.raises(Died):
            started(desk, address)
    assert (stored.load(key_of(address)).state, OutboxEvent.objects.count()) == ("running", 0)
    assert jobs.take_up_again() == 0  # it was saved just now: whoever did may be about to ask
    assert jobs.take_up_again(later()) == 1
    assert jobs.take_up_again(later()) == 0  # it is in the outbox by now
    outbox.drain()
    assert (stored.load(key_of(address)).state, Report.objects.count()) == ("done", 5)
    assert jobs.take_up_again(later()) == 0


def test_a_slice_that_was_done_without_the_next_being_asked_for_is_followed_by_it(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "SLICE_ROWS", 2)
    address = upload(desk).url
    started(desk, address)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "_go_on", lambda job, again="": None)
        outbox.drain()  # its row is done, and nothing follows it
    assert Report.objects.count() == 2
    assert jobs.take_up_again(later()) == 1
    outbox.drain()
    assert (stored.load(key_of(address)).state, Report.objects.count()) == ("done", 5)


@pytest.mark.parametrize("step", ["os.fsync", "os.replace", "json.dumps"])
def test_who_dies_while_saving_leaves_what_was_known_before(
    desk: Client, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    job = stored.load(key_of(upload(desk).url))
    job.row = 3
    with monkeypatch.context() as patch:
        patch.setattr(f"civic.cases.imports.stored.{step}", die)
        with pytest.raises(Died):
            stored.save(job)
    assert stored.load(job.key).row == 0
    assert len(stored.all_jobs()) == 1
    stored.save(job)
    assert stored.load(job.key).row == 3


def test_an_import_whose_slice_is_a_dead_letter_says_so_and_goes_on_when_that_is_revived(
    desk: Client,
) -> None:
    address = upload(desk).url
    started(desk, address)
    row = OutboxEvent.objects.get()
    row.state = "dead"
    row.save()
    assert jobs.take_up_again(later()) == 1
    page = desk.get(address)
    assert "Refresh" not in page
    assert "多次中断" in page.content.decode()
    assert jobs.take_up_again(later()) == 0
    outbox.revive(row)
    outbox.drain()
    assert (stored.load(key_of(address)).state, Report.objects.count()) == ("done", 5)
    assert "多次中断" not in desk.get(address).content.decode()


def test_running_imports_are_looked_after_by_the_schedule() -> None:
    assert schedule._jobs["cases.take_up_imports"][1] == "civic.cases.imports.jobs.take_up_again"


@pytest.mark.parametrize(
    "content",
    [
        bytes(range(256)) * 40,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00@\x00\x00\x000\x08\x02",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500,
        "工单编号,诉求内容\n1,x\n".encode("utf-16-le"),
    ],
    ids=["bytes", "picture", "old workbook", "UTF-16 without its mark"],
)
def test_what_is_no_text_is_refused_as_a_csv(desk: Client, content: bytes) -> None:
    response = upload(desk, content)
    assert response.status_code == 400
    assert "不是文本表格" in response.content.decode()
    assert "五月.csv" not in response.content.decode().split("最近的导入")[-1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_with_a_stray_control_character_is_still_one(desk: Client, encoding: str) -> None:
    content = ROWS.replace("备注3", "备注\x003").encode(encoding)
    assert upload(desk, content).status_code == 302
