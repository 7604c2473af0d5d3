"""The outermost room: the HTTP service with its pages and widget, and the command line; no decision about content."""
