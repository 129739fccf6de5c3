"""Settings by deployment: local (default), test, production; all start from base."""
