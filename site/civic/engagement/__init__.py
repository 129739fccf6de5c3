"""What ties people to the city beyond one report: subscriptions, notices, points and levels."""
