"""Signing in, up and out."""

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from civic.accounts.forms import SignInForm, SignUpForm
from civic.accounts.services import register_citizen
from civic.core.errors import InvalidInput, TooMany
from civic.core.throttling import check_rate


class SignInView(LoginView):
    """Sign in by name and password; slowed down per address."""

    form_class = SignInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True

    def dispatch(self, request: HttpRequest, *args, **kwargs) -> HttpResponseBase:
        """Refuse to send a signed-in person back to a desk that has just sent them here."""
        desk = reverse("wagtailadmin_home")
        to_desk = request.user.is_authenticated and self.get_success_url().startswith(desk)
        if to_desk and not request.user.has_perm("wagtailadmin.access_admin"):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args, **kwargs) -> HttpResponse:
        try:
            check_rate(request, scope="login", rate="20/min")
        except TooMany as error:
            return render(request, "429.html", {"message": error.message}, status=429)
        return super().post(request, *args, **kwargs)


def sign_up(request: HttpRequest) -> HttpResponse:
    """Create a citizen's account and sign in, returning to where the person came from."""
    target = request.POST.get("next") or request.GET.get("next") or "/"
    if not url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}):
        target = "/"
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            check_rate(request, scope="signup", rate="10/hour")
            user = register_citizen(**form.cleaned_data)
        except TooMany as error:
            return render(request, "429.html", {"message": error.message}, status=429)
        except InvalidInput as error:
            for field, message in (error.fields or {"": error.message}).items():
                form.add_error(field or None, message)
        else:
            login(request, user, backend="django.contrib.auth.backends.ModelBackend")
            return HttpResponseRedirect(target)
    return render(
        request, "accounts/signup.html", {"form": form, "next": target}, status=400 if form.errors else 200
    )
