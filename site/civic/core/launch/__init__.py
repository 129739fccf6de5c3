"""What `./run` and `./test` share: progress, steps, environments, supervision. Standard library only.

It is imported by the machine's own Python, before the site's environment exists; nothing of the site imports it.
"""
