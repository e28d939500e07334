"""The Celery application: jobs of all slices as tasks, each in an app context and in the scope it was sent with."""

from __future__ import annotations

import logging
from typing import Any

from celery import Celery, Task
from celery.signals import worker_process_init
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.core.actor import Scope
from app.core.broker import TRANSPORT_OPTIONS, CelerySender
from app.core.db import db, is_transient
from app.core.errors import Conflict, DomainError, NotFound, Unavailable
from app.core.jobs import JOBS, SCHEDULE, Job, actor_of, use_sender
from app.core.local.services import demand_harmless_login
from app.core.tenancy import Bounds, acting_as
from app.factory import create_app, settle_memory
from config import Config

log = logging.getLogger(__name__)


def _task(celery: Celery, app: Flask, job: Job) -> None:
    def run(self: Task[Any, Any], *ids: int) -> Any:
        headers = self.request.get("headers") or {}
        bounds = Bounds(Scope(headers.get("kontor_scope", Scope.SYSTEM)), int(headers.get("kontor_company", 0)))
        try:
            with app.app_context(), acting_as(actor_of(bounds)):
                return job.run(*ids)
        except (Conflict, NotFound) as error:
            log.info("%s%s ended: %s", job.name, ids, error)
        except Unavailable as error:
            raise self.retry(exc=error, countdown=error.retry_after * 2**self.request.retries) from error
        except DBAPIError as error:
            if not is_transient(error):
                raise
            raise self.retry(exc=error, countdown=2 * 2**self.request.retries) from error
        except DomainError as error:
            log.warning("%s%s failed: %s", job.name, ids, error)
            raise
        return None

    celery.task(run, name=job.name, bind=True, acks_late=True, max_retries=8, reject_on_worker_lost=True)


def make_celery(config: Config, app: Flask) -> Celery:
    celery = Celery("kontor", broker=config.broker_url)
    celery.conf.update(
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue="default",
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options=TRANSPORT_OPTIONS,
        beat_schedule={
            name: {"task": name, "schedule": every, "options": {"queue": JOBS[name].queue, "expires": every}}
            for name, every in SCHEDULE.items()
        },
        beat_schedule_filename=str(config.instance_dir / "celerybeat-schedule"),
        timezone="UTC",
    )
    for job in JOBS.values():
        _task(celery, app, job)
    use_sender(CelerySender(celery))
    return celery


@worker_process_init.connect  # type: ignore[untyped-decorator]  # celery has no types
def _forget_connections(**_: Any) -> None:
    """A forked worker must not share its parent's database connections."""
    with flask_app.app_context():
        db.engine.dispose(close=False)


_config = Config.from_env()
_config.start_logging()
demand_harmless_login(_config)
flask_app = create_app(_config, web=False)
celery = make_celery(_config, flask_app)
settle_memory()
