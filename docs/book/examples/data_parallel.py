"""The same weights in PyTorch, trained by two processes, against ours trained by one.

python docs/book/examples/data_parallel.py      (needs torch; two CPU processes with gloo)

Our CausalLM and a torch model that loaded its weights through `to_torch` train on the same
batches. Each torch process sees half of every batch; DistributedDataParallel averages gradients.
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from torch import distributed, multiprocessing, nn
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(Path(__file__).parents[3]))

from attention import Adam, from_torch, to_torch
from attention.text import CausalLM, CharTokenizer
from attention.text.corpus import read_corpus

V, T, E, HEADS, LAYERS = 65, 32, 32, 4, 2
BATCH, STEPS, PROCESSES = 8, 20, 2


def our_model() -> CausalLM:
    return CausalLM(V, T, LAYERS, E, HEADS, bias=True, rng=0, dtype=np.float64)


def batches() -> np.ndarray:
    """(STEPS, BATCH, T + 1) ids: random windows of the plays, the same in every process."""
    text = read_corpus()
    ids = CharTokenizer(text).encode(text)
    starts = np.random.default_rng(1).integers(0, len(ids) - T, (STEPS, BATCH, 1))
    return ids[starts + np.arange(T + 1)]


class TorchLM(nn.Module):
    """The architecture of our CausalLM in torch's own layers, under the names `to_torch` gives."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(V, E)
        self.positions = nn.Embedding(T, E)
        block = nn.TransformerEncoderLayer(
            E, HEADS, 4 * E, 0.0, "gelu", batch_first=True, norm_first=True
        )
        self.encoder = nn.TransformerEncoder(
            block, LAYERS, nn.LayerNorm(E), enable_nested_tensor=False
        )

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        x = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        hidden = torch.ones(ids.shape[1], ids.shape[1], dtype=torch.bool).triu(1)
        return self.encoder(x, mask=hidden, is_causal=True) @ self.tokens.weight.T


def train_ours() -> tuple[list[float], dict[str, np.ndarray]]:
    model = our_model()
    adam = Adam(model.parameters(), lr=1e-2)
    losses = []
    for window in batches():
        adam.zero_grad()
        loss, saved = model.loss_forward(window[:, :-1], window[:, 1:])
        model.loss_backward(1.0, saved)
        adam.step()
        losses.append(float(loss))
    return losses, model.state_dict()


def train_share(rank: int, folder: str) -> None:
    """One process: its half of each batch. Process 0 writes what came out."""
    torch.set_num_threads(1)
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/meet", rank=rank, world_size=PROCESSES
    )
    model = TorchLM().double()
    state = {name: torch.from_numpy(a) for name, a in to_torch(our_model().state_dict()).items()}
    model.load_state_dict(state)
    parallel = DistributedDataParallel(model)
    adam = torch.optim.Adam(parallel.parameters(), lr=1e-2)
    losses = []
    for window in torch.from_numpy(batches()):
        share = window.chunk(PROCESSES)[rank]
        adam.zero_grad()
        logits = parallel(share[:, :-1])
        loss = nn.functional.cross_entropy(logits.flatten(0, 1), share[:, 1:].flatten())
        loss.backward()  # averages the gradients of all processes
        adam.step()
        mean = loss.detach() / PROCESSES
        distributed.all_reduce(mean)
        losses.append(mean.item())
    if rank == 0:
        torch.save((losses, model.state_dict()), f"{folder}/trained.pt")
    distributed.destroy_process_group()


def main() -> None:
    ours, our_state = train_ours()
    with tempfile.TemporaryDirectory() as folder:
        multiprocessing.spawn(train_share, (folder,), nprocs=PROCESSES)
        theirs, their_state = torch.load(f"{folder}/trained.pt")
    back = from_torch(their_state, embeddings=("tokens.weight", "positions.weight"))
    print("step    ours, one process    torch, two processes")
    for step in (0, 9, 19):
        print(f"{step + 1:4}    {ours[step]:.12f}       {theirs[step]:.12f}")
    furthest = max(np.abs(back[name] - our_state[name]).max() for name in our_state)
    print(f"largest difference between {len(back)} arrays after {STEPS} steps: {furthest:.0e}")


if __name__ == "__main__":
    main()
