"""The web console: pages for the people who read usage reports, made on the server."""
