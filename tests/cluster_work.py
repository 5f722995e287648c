"""What the tests let a cluster do, in a module that loads little: every process that works loads it."""

from __future__ import annotations

import os
import time

import psutil

from qpexcel.intake import worker


def begin_with(number):
    os.environ["TEST_CLUSTER"] = str(number)


def number_begun(task):
    """Return what this process has begun with."""
    time.sleep(0.01)
    return os.environ["TEST_CLUSTER"], task


def begin():
    pass


def double_or_kill_worker(task):
    """Return twice a number; else kill the Dask worker that this process works for."""
    if isinstance(task, int):
        return task * 2
    psutil.Process().parents()[2].kill()
    return time.sleep(600)


def work_or_die(task):
    """Read a file as always, but end with the process at one."""
    if task.received.path.endswith("人事室.xlsx"):
        os.abort()
    return worker._work(task)
