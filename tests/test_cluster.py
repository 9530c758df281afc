"""On a cluster a dataset is what it is at home, also where a worker is lost."""

import os
import signal
from collections.abc import Iterator

import pytest

from cydscore.cluster import check_versions, connect, describe_versions
from cydscore.dataset import Partition, write_dataset
from cydscore.errors import ClusterError, DependencyError, UsageError
from test_dataset import N_FILINGS, archive, read_bytes, undisturbed

__all__ = ["archive", "undisturbed"]

pytestmark = [
    pytest.mark.slow,
    # dask's own sockets and loops, closed by its own finalisers
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def test_two_local_workers_write_what_one_process_writes(tmp_path, archive, undisturbed):
    with connect("local:2", None) as runner:
        summary = write_dataset([str(archive)], tmp_path / "s", runner=runner)
    assert summary.n_filings == N_FILINGS
    assert read_bytes(tmp_path / "s") == read_bytes(undisturbed)


def test_a_worker_that_is_killed_costs_nothing_but_time(tmp_path, archive, undisturbed):
    from distributed import Client, LocalCluster

    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None, silence_logs=50
        ) as cluster,
        Client(cluster) as client,
        connect(cluster.scheduler_address, None) as runner,
    ):
        pids = list(client.run(os.getpid).values())

        def kill_once(partitions, model) -> Iterator[object]:
            for n, part in enumerate(runner(partitions, model)):
                if n == 0:
                    os.kill(pids[0], signal.SIGKILL)
                yield part

        summary = write_dataset([str(archive)], tmp_path / "s", runner=kill_once)
    assert summary.n_filings == N_FILINGS
    assert read_bytes(tmp_path / "s") == read_bytes(undisturbed)


@pytest.mark.parametrize("package", ["cydscore", "python", "numpy"])
def test_a_worker_of_another_version_is_refused_with_advice(package):
    ours = describe_versions()
    check_versions(ours, dict(ours), "tcp://a:1")
    with pytest.raises(ClusterError, match=f"tcp://a:1 has {package} 0.0.*install the same"):
        check_versions(ours, ours | {package: "0.0"}, "tcp://a:1")


@pytest.mark.parametrize(
    ("address", "error", "message"),
    [
        ("local:0", UsageError, "is no address; give tcp://host:port"),
        ("elsewhere", UsageError, "is no address"),
        ("tcp://127.0.0.1:1", ClusterError, "no dask scheduler answers"),
    ],
)
def test_an_address_that_leads_nowhere_is_told(address, error, message):
    with pytest.raises(error, match=message), connect(address, None):
        pass


def test_a_missing_extra_is_named(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(DependencyError, match=r"pip install 'cydscore\[cluster\]'"),
        connect("local:1", None),
    ):
        pass


def test_a_partition_that_is_empty_gives_an_empty_part():
    with connect("local:1", None) as runner:
        (part,) = runner([Partition(name="part-0", inputs={})], None)
    assert part.n_filings == 0
