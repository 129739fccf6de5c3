"""The web form of a report; lengths and places are judged by the service."""

from typing import Any

from django import forms

ANOTHER_POINT = "请在地图上重新选点。"  # the hint of this form, which has a map; other channels have none


class MultipleFileInput(forms.ClearableFileInput):
    """A file input that takes several photos."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Zero or more uploaded files as a list."""

    widget = MultipleFileInput

    def clean(self, data: Any, initial: Any = None) -> Any:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(PhotosField, self).clean(file, initial) for file in files]


class ReportForm(forms.Form):
    """What is asked of a person: one sentence and one pin; the rest may stay empty."""

    text = forms.CharField(
        label="哪里有什么问题？",
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 4, "placeholder": "例如：天通苑北街路口的井盖翘起来了，骑车差点摔倒"}
        ),
        error_messages={"required": "请写一句话说明哪里有什么问题。"},
    )
    lon = forms.FloatField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": ANOTHER_POINT}
    )
    lat = forms.FloatField(
        required=False, widget=forms.HiddenInput, error_messages={"invalid": ANOTHER_POINT}
    )
    address = forms.CharField(
        label="地址或附近的地名",
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "不方便用地图时填写，例如：朝阳区双井街道"}),
    )
    photos = PhotosField(
        label="照片",
        required=False,
        widget=MultipleFileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    contact_name = forms.CharField(label="怎么称呼您", required=False)
    contact_phone = forms.CharField(
        label="联系电话", required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    # Offered by the page while the words are typed; without a script the platform decides alone.
    citizen_code = forms.CharField(label="类别", required=False)
    token = forms.CharField(widget=forms.HiddenInput, required=False)
    held = forms.CharField(widget=forms.HiddenInput, required=False, max_length=4000)
    place_choice = forms.CharField(required=False, max_length=5)
    # A honeypot: people do not see it, programs fill it in.
    website = forms.CharField(
        required=False, widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
    )
