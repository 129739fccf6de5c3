"""The desk inside Wagtail's shell: reviewing what people suggest, and looking after documents."""
