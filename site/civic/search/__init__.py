"""Site search: one box over policy texts, markets, questions and public cases."""
