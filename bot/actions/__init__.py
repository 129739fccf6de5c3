"""Rasa's custom actions, run by ``manage.py run_actions`` in the site's environment; they call the ports in-process."""
