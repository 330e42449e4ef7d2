"""What draws in the browser, and the payloads that it reads."""
