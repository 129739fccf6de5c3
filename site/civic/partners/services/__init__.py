"""All writing of partners, by subject: who calls, keys, webhooks, messages and their delivery."""

from civic.partners.services.calling import authenticate, partner_of_key

__all__ = ["authenticate", "partner_of_key"]
