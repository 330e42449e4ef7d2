"""Processes and queues that train for many visitors; no screen, and no torch in the owner."""
