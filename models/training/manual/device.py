"""What differs between a processor and a graphics card: memory to share, and work to record."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Hashable

import torch


class Mirror:
    """An array that the caller writes, and its tensor on the device; on a processor one memory."""

    def __init__(
        self, shape: tuple[int, ...], device: torch.device, dtype: torch.dtype = torch.float32
    ) -> None:
        away = device.type == "cuda"
        self.host = torch.zeros(shape, dtype=dtype, pin_memory=away)
        self.device = self.host.to(device) if away else self.host
        self.array = self.host.numpy()

    def send(self, *at: int) -> None:
        """Bring the device up to date, or only the row `at`."""
        if self.device is not self.host:
            self.device[at].copy_(self.host[at], non_blocking=True)


class Recorder:
    """Does work at once on a processor; on a graphics card records it and replays it.

    Launching small operations one by one takes longer than they do. Work of one key must always be
    the same operations on the same arrays, whose contents may change.
    """

    def __init__(self, device: torch.device) -> None:
        self._records = device.type == "cuda"
        self._graphs: dict[Hashable, torch.cuda.CUDAGraph | None] = {}
        self._pool = torch.cuda.graph_pool_handle() if self._records else None

    def run(self, key: Hashable, work: Callable[[], None]) -> None:
        """Do the work: recorded the second time, since libraries make their workspaces the first."""
        if not self._records:
            work()
        elif key not in self._graphs:
            work()
            self._graphs[key] = None
        elif (graph := self._graphs[key] or self._record(work)) is not None:
            self._graphs[key] = graph
            graph.replay()
        else:
            self._records = False
            work()

    def _record(self, work: Callable[[], None]) -> torch.cuda.CUDAGraph | None:
        """The work as a graph, which is not yet done; None, said with the reason, where that fails."""
        graph = torch.cuda.CUDAGraph()
        try:
            with torch.cuda.graph(graph, pool=self._pool):
                work()
        except RuntimeError as reason:
            warnings.warn(
                f"training without CUDA graphs, several times slower: {reason}", stacklevel=5
            )
            return None
        return graph
