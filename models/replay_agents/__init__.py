"""Animals whose hippocampus replays: what they remember is a table, or the weights of a spiking CA3."""

from .assembly import AssemblyAgent
from .explorer import Explorer
from .sharp_waves import SharpWaves
from .spiking import SpikingQ
from .tabular import TabularQ

__all__ = ["AssemblyAgent", "Explorer", "SharpWaves", "SpikingQ", "TabularQ"]
