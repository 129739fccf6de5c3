"""Who may do what: the table of rights as everybody can read it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from wiki.policies import Right, Role, may, takes_unsigned
from wiki.workflow import Stage


@require_safe
def rights(request: HttpRequest) -> HttpResponse:
    """Show the table that the whole wiki obeys, one table for each stage."""
    unsigned = takes_unsigned()
    stages = [
        {
            "label": stage.label,
            "rows": [
                {"label": right.label, "cells": [may(role, right, stage, unsigned=unsigned) for role in Role]}
                for right in Right
            ],
        }
        for stage in Stage
    ]
    return render(request, "wiki/rights.html", {"stages": stages, "roles": list(Role)})
