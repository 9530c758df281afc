"""Run the partitions of a dataset on a dask cluster: the same function, on other machines.

The scheduler is dask's. The model is sent once to each worker, those that join later too; a
partition whose worker is lost runs again elsewhere, and its part is written once, by the client.
"""

import platform
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from cydscore import __version__
from cydscore.dataset.partition import Part, Partition, score_partition
from cydscore.dataset.run import Runner
from cydscore.errors import ClusterError, DependencyError, UsageError
from cydscore.memory import TaggingMemory
from cydscore.store import Model, load_model

_LOCAL: Final = "local:"
_PLUGIN: Final = "cydscore-model"
_AHEAD: Final = 2  # partitions waiting for each thread of the cluster
_SECONDS_TO_JOIN: Final = 60


def describe_versions() -> dict[str, str]:
    """Return the versions that client and workers must share: a part depends on them."""
    import numpy as np

    python = ".".join(platform.python_version_tuple()[:2])
    return {"cydscore": __version__, "python": python, "numpy": np.__version__}


def check_versions(client: Mapping[str, str], worker: Mapping[str, str], name: str) -> None:
    """Refuse a worker that has other versions than the client.

    Parameters
    ----------
    client, worker
        As `describe_versions` gives them.
    name
        The worker.

    Raises
    ------
    ClusterError
        If they differ.
    """
    for package, version in client.items():
        if worker.get(package) != version:
            raise ClusterError(
                f"worker {name} has {package} {worker.get(package, 'missing')}, this client "
                f"{version}; install the same versions on both (pip install -c constraints.txt "
                "'cydscore[cluster]'), then start the workers again"
            )


@contextmanager
def connect(address: str, model: str | None) -> Iterator[Runner]:
    """Give what runs partitions on a cluster, for as long as the block lasts.

    Parameters
    ----------
    address
        ``tcp://host:port`` of a dask scheduler, or ``local:N`` for N processes of this machine.
    model
        Folder of a model, here; None for the default one.

    Raises
    ------
    DependencyError
        If dask's ``distributed`` is not installed.
    UsageError
        If the address is no such address.
    ClusterError
        If there is no scheduler, or a worker has other versions.
    """
    try:
        from distributed import Client, LocalCluster
    except ImportError as error:
        raise DependencyError(
            "--cluster needs dask; pip install 'cydscore[cluster]', or leave it out for processes "
            "of this machine"
        ) from error
    loaded = load_model(model)
    n_local = _parse_local(address)
    if n_local is not None:
        with (
            LocalCluster(
                n_workers=n_local, threads_per_worker=1, dashboard_address=None, silence_logs=40
            ) as cluster,
            Client(cluster) as client,
        ):
            yield _make_runner(client, loaded)
        return
    try:
        client = Client(address, timeout=10)
    except (OSError, TimeoutError, ValueError) as error:
        raise ClusterError(
            f"{address}: no dask scheduler answers ({type(error).__name__}); start one with "
            "`dask scheduler`, or take --cluster local:2"
        ) from error
    with client:
        yield _make_runner(client, loaded)


def _parse_local(address: str) -> int | None:
    if address.startswith(_LOCAL) and address.removeprefix(_LOCAL).isdecimal():
        n_workers = int(address.removeprefix(_LOCAL))
        if n_workers > 0:
            return n_workers
    if "://" not in address:
        raise UsageError(
            f"--cluster: '{address}' is no address; give tcp://host:port of a dask scheduler, or "
            "local:N for N processes of this machine"
        )
    return None


def _make_runner(client: Any, model: Model) -> Runner:
    from distributed import as_completed

    _prepare(client, model)

    def run(partitions: Iterable[Partition], _: str | None) -> Iterator[Part]:
        waiting = iter(partitions)
        width = max(1, sum(client.nthreads().values()))
        running = as_completed(with_results=False)

        def submit(n: int) -> None:
            for partition in islice(waiting, n):
                running.add(
                    client.submit(score_on_worker, partition, key=partition.name, pure=False)
                )

        submit(_AHEAD * width)
        for future in running:
            # gather makes a result again whose worker was lost after it had finished
            part: Part = client.gather(future)
            future.release()
            submit(1)
            yield part

    return run


def _prepare(client: Any, model: Model) -> None:
    """Check versions, and give the model to all workers that are there and that will be."""
    from distributed import WorkerPlugin

    class ModelPlugin(WorkerPlugin):  # type: ignore[misc]
        """Holds the model in a worker."""

        name = _PLUGIN

        def __init__(self) -> None:
            self.model = model
            self.versions = describe_versions()

        def setup(self, worker: Any) -> None:
            check_versions(self.versions, describe_versions(), worker.address)
            worker.cydscore = (self.model, TaggingMemory(self.model.tagger))

    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_JOIN)
    except TimeoutError:
        raise ClusterError(
            f"the dask scheduler has no worker after {_SECONDS_TO_JOIN} seconds; start one with "
            "`dask worker tcp://host:port`"
        ) from None
    ours = describe_versions()
    try:
        theirs = client.run(describe_versions)
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"a worker lacks {error.name}; install 'cydscore[cluster]' where the workers run"
        ) from None
    for address, versions in theirs.items():
        check_versions(ours, versions, address)
    client.register_plugin(ModelPlugin())


def score_on_worker(partition: Partition) -> Part:
    """Return the part of a partition, on a dask worker that holds the model.

    Parameters
    ----------
    partition
        The partition.
    """
    from distributed import get_worker

    model, memory = get_worker().cydscore
    return score_partition(partition, model, memory)
