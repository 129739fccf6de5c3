"""What the wiki needs from the site and may not know itself: evidence from cases, offers from chats, notices, points."""
