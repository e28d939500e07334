"""Kontor on one machine without any other installation: PostgreSQL and Valkey from wheels, and one supervisor.

Both servers listen on sockets in private folders only, so there is no password and no port. Everything lies in the
instance directory; where a socket's path would be too long it moves to a folder under /tmp whose owner and mode are
checked. PostgreSQL refuses to run as root, so root runs it as the owner of its data, by default `nobody`.

A killed run must not block the next: children are tied to the supervisor's life, the run lock is one the kernel
drops, and each start looks for what is still running before it makes anything new.
"""
