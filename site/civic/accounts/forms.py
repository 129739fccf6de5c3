"""Sign-in and sign-up forms in Chinese."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """Django's sign-in with labels a citizen understands."""

    error_messages = {
        "invalid_login": "用户名或密码不对，请检查后再试。",
        "inactive": "这个账号已停用。",
    }


class SignUpForm(forms.Form):
    """What is asked of a new citizen: as little as possible."""

    username = forms.CharField(label="用户名", max_length=30, help_text="字母、数字或中文，之后用它登录。")
    display_name = forms.CharField(
        label="显示名", max_length=40, required=False, help_text="公开修改建议旁显示，可以不填。"
    )
    password = forms.CharField(
        label="密码",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="至少 8 位，不要全是数字。",
    )
