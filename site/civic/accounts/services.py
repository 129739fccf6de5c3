"""Writing accounts: signing up, system accounts, memberships."""

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from civic.accounts.models import User
from civic.accounts.roles import Role
from civic.core.errors import InvalidInput


@transaction.atomic
def register_citizen(*, username: str, password: str, display_name: str = "") -> User:
    """Create a citizen's account; InvalidInput names the field that is wrong."""
    # Signing in compares the NFKC form, so that is what is stored.
    user = User(username=User.normalize_username(username.strip()), display_name=display_name.strip())
    try:
        user.username_validator(user.username)
        validate_password(password, user)
    except ValidationError as error:
        field = "password" if "password" in str(error.error_list[0].code) else "username"
        raise InvalidInput("；".join(error.messages), fields={field: "；".join(error.messages)}) from error
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise InvalidInput(
            "这个用户名已经有人用了。", fields={"username": "这个用户名已经有人用了。"}
        ) from error
    user.groups.add(Group.objects.get(name=Role.CITIZEN))
    return user


def system_account(*, name: str, kind: str = User.Kind.SYSTEM) -> User:
    """Return the account under which a channel or a partner acts; it can never sign in.

    Its username has a colon, which no person's may have: nobody can take a partner's name by signing up first.
    """
    username = f"{kind}:{name}"
    user = User.objects.filter(username=username).first()
    if user is None:
        user = User(username=username, kind=kind, display_name=name[:40])
        user.set_unusable_password()
        User.objects.bulk_create([user], ignore_conflicts=True)
        user = User.objects.get(username=username)
    return user
