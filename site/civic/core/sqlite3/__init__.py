"""Django's SQLite backend with a turn for each writing transaction of a process."""
