"""The Django project of 我爱北京. Layers and their order are a contract in pyproject.toml."""
