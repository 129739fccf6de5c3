"""The conversation: channels, transcript, WeChat gateway, actions. What it needs from the site comes through ports."""
