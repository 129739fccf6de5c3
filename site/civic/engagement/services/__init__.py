"""All writing of subscriptions, notices and points."""
