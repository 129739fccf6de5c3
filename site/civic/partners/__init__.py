"""Other systems that the city works with: their keys, what they may do, and the messages sent to them."""
