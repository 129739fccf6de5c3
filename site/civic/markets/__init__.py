"""便民菜市场: where they are, when they open, which is nearest."""
