"""Sending jobs to Celery workers through Valkey, Redis or RabbitMQ."""

from __future__ import annotations

from celery import Celery

from app.core.jobs import Job, MemorySender, Sender
from app.core.tenancy import Bounds

# A broker that is away must not hold up a request: the sweeps find what could not be sent.
TRANSPORT_OPTIONS = {"visibility_timeout": 1800, "socket_connect_timeout": 2, "socket_timeout": 10}


class CelerySender:
    """Sends jobs as Celery tasks, the scope in the headers."""

    def __init__(self, celery: Celery) -> None:
        self._celery = celery

    def send(self, job: Job, ids: tuple[int, ...], bounds: Bounds) -> None:
        self._celery.send_task(
            job.name,
            args=list(ids),
            queue=job.queue,
            headers={"kontor_scope": str(bounds.scope), "kontor_company": bounds.company_id},
            retry=False,
        )


def open_sender(broker_url: str) -> Sender:
    """The sender of a BROKER_URL; memory:// keeps jobs for the caller to run."""
    if broker_url.startswith("memory://"):
        return MemorySender()
    celery = Celery("kontor", broker=broker_url, set_as_current=False)
    celery.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        task_default_queue="default",
        broker_transport_options=TRANSPORT_OPTIONS,
    )
    return CelerySender(celery)
