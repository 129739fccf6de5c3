"""What the API says to a caller whose input has the wrong shape: our own Chinese, per field, in one place."""

import gettext
import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AbstractUser
from django.test import Client
from django.urls import path
from django.utils import translation
from rest_framework import fields as rest_fields
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from civic import core
from civic import urls as site_urls
from tests.factories import PASSWORD, UserFactory

CATALOGUE = Path(core.__file__).parent / "locale" / "zh_Hans" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"\{[\w:]+\}")
# Fields that no input of ours could use: they walk a file system or stand for a model's column.
NOT_INPUT = {"FilePathField", "ModelField", "DjangoFilePathField", "DjangoModelField", "DjangoImageField"}


class PointInput(serializers.Serializer[Any]):
    lon = serializers.FloatField()


class Input(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=3)
    count = serializers.IntegerField(required=False, max_value=9)
    flag = serializers.BooleanField(required=False)
    colour = serializers.ChoiceField(choices=["red"], required=False)
    at = serializers.DateTimeField(required=False)
    tags = serializers.ListField(child=serializers.CharField(), required=False)
    data = serializers.JSONField(required=False, binary=True)
    point = PointInput(required=False)


class Taker(APIView):
    def post(self, request: Request) -> Response:
        Input(data=request.data).is_valid(raise_exception=True)
        return Response({"taken": True})


urlpatterns = [path("api/take/", Taker.as_view()), *site_urls.urlpatterns]
pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


def refusal(client: Client, data: Any, status: int = 400) -> dict[str, Any]:
    response = client.post("/api/take/", data, content_type="application/json")
    assert response.status_code == status
    error: dict[str, Any] = response.json()["error"]
    return error


@pytest.mark.parametrize(
    ("data", "field", "sentence"),
    [
        ({}, "name", "必填，没有给出。"),
        ({"name": None}, "name", "不能是 null。"),
        ({"name": ""}, "name", "不能为空。"),
        ({"name": ["a"]}, "name", "应为文字。"),
        ({"name": "a\x00"}, "name", "不能含有空字符（NUL）。"),
        ({"name": "\ud800"}, "name", "含有不成对的代理码位 U+D800，不是有效的文字。"),
        ({"name": "长" * 4}, "name", "太长了，最多 3 个字符。"),
        ({"name": "a", "count": "many"}, "count", "应为整数。"),
        ({"name": "a", "count": 10}, "count", "太大了，不能超过 9。"),
        ({"name": "a", "count": "1" * 2000}, "count", "数字写得太长了。"),
        ({"name": "a", "flag": "perhaps"}, "flag", "应为 true 或 false。"),
        ({"name": "a", "colour": "blue"}, "colour", "没有“blue”这个选项。"),
        ({"name": "a", "tags": "x"}, "tags", "应为列表，现在是 str。"),
        ({"name": "a", "tags": [1, {}]}, "tags.1", "应为文字。"),
        ({"name": "a", "data": "{"}, "data", "应为 JSON。"),
        ({"name": "a", "point": {"lon": "east"}}, "point.lon", "应为数字。"),
        ({"name": "a", "point": 5}, "point", "应为对象（字段和值），现在是 int。"),
    ],
)
def test_a_field_says_in_plain_words_what_it_wants(
    client: Client, data: dict[str, Any], field: str, sentence: str
) -> None:
    error = refusal(client, data)
    assert error["fields"] == {field: sentence}
    assert error["message"] == f"{field}：{sentence}"
    assert error["code"] == "invalid"


def test_a_body_that_is_no_object_belongs_to_no_field(client: Client) -> None:
    error = refusal(client, [1])
    assert error["fields"] == {}
    assert error["message"] == "应为对象（字段和值），现在是 list。"
    assert refusal(client, "null")["message"] == "没有内容：应为对象（字段和值），现在是 null。"


def test_broken_json_wrong_type_and_wrong_method_say_what_is_wanted(client: Client) -> None:
    assert "不是有效的 JSON" in refusal(client, "{'name'")["message"]
    response = client.post("/api/take/", "<a/>", content_type="application/xml")
    assert (response.status_code, "application/json" in response.json()["error"]["message"]) == (415, True)
    response = client.put("/api/take/", {}, content_type="application/json")
    assert (response.status_code, "POST" in response.json()["error"]["message"]) == (405, True)


def test_a_session_without_the_csrf_token_hears_what_is_missing() -> None:
    user: AbstractUser = UserFactory()
    client = Client(enforce_csrf_checks=True)
    assert client.login(username=user.username, password=PASSWORD)
    error = refusal(client, {"name": "a"}, status=403)
    assert error["code"] == "csrf_failed"
    assert "X-CSRFToken" in error["message"]
    assert "Authorization: Token" in error["message"]


def catalogue() -> dict[str, str]:
    """The sentences of core's text file, which is what its compiled one must hold."""
    pairs = re.findall(r'^msgid "(.+)"\nmsgstr "(.*)"$', (CATALOGUE / "django.po").read_text("utf-8"), re.M)
    return {source.replace('\\"', '"'): said.replace('\\"', '"') for source, said in pairs}


def test_the_compiled_catalogue_is_of_this_text_and_keeps_every_placeholder() -> None:
    with (CATALOGUE / "django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for source, said in catalogue().items():
        assert compiled.gettext(source) == said
        assert set(PLACEHOLDER.findall(said)) <= set(PLACEHOLDER.findall(source))


def test_no_field_speaks_in_words_that_are_not_ours() -> None:
    known, missing = catalogue(), set()
    for module in (rest_fields, serializers):
        for name, kind in inspect.getmembers(module, inspect.isclass):
            if name in NOT_INPUT or "Related" in name or "Hyperlinked" in name or "Slug" in name:
                continue
            with translation.override(None):
                missing |= {str(text) for text in getattr(kind, "default_error_messages", {}).values()}
    assert missing - known.keys() - {'"{input}" is not a valid path choice.'} == set()
