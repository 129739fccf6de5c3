"""The opinion index: what people say through every channel, masked, findable by any two Chinese characters."""
