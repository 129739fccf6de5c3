"""The native API, read and written through the same services as the pages. The site mounts the paths."""
