"""What the bot asks of engagement: what waits for a person who could not be reached."""

from bot.models import Channel, Conversation
from civic.engagement.services.notices import take_kept


def waiting_notices(*, channel: str, sender: str) -> list[str]:
    """Return what to tell this person now that they have written; each is told once."""
    if channel != Channel.WECHAT:
        return []
    person = Conversation.objects.filter(channel=channel, sender=sender).values_list("pk", flat=True).first()
    if person is None:
        return []
    return [f"{one.title}\n{one.text}\n{one.url}" for one in take_kept(address=str(person))]
