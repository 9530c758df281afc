"""What a tagger costs: how fast it is on one core, its size, and how long it takes to load."""

import time
from contextlib import ExitStack, contextmanager

N_TIMED = 2000
N_RUNS = 3


@contextmanager
def one_core():
    """Keep numerical libraries to one thread."""
    from threadpoolctl import threadpool_limits

    with ExitStack() as stack:
        stack.enter_context(threadpool_limits(1))
        yield


def measure_rate(call, texts):
    """Return texts a second of processor time, the best of three runs after one that warms up."""
    texts = texts[:N_TIMED]
    with one_core():
        call(texts[:100])
        return len(texts) / min(_time(lambda: call(texts)) for _ in range(N_RUNS))


def measure_load(call):
    """Return seconds of processor time to load a tagger, libraries imported, best of three."""
    with one_core():
        return min(_time(call) for _ in range(N_RUNS))


def _time(call):
    started = time.process_time()
    call()
    return time.process_time() - started


def measure_size(folder):
    """Return the size of the files in a folder in MB."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
