"""What the reference implementation makes of the small decoders; writes decoders.npz.

pip install torch transformers; python -m tests.pretrained.decoder_oracle
"""

import tempfile
from pathlib import Path

import numpy as np

from .small_decoders import CONFIGS, VOCAB_SIZE, write_decoder

GOLDEN = Path(__file__).with_name("decoders.npz")
IDS = np.random.default_rng(1).integers(0, VOCAB_SIZE, (2, 24))
SHOWN = np.arange(0, VOCAB_SIZE, 17)  # logits kept of each position
NEW = 20


def main() -> None:
    import torch
    from transformers import AutoModelForCausalLM

    golden = {}
    for name, config in CONFIGS.items():
        with tempfile.TemporaryDirectory() as folder:
            write_decoder(Path(folder), config)
            model = AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="eager"
            ).eval()
        with torch.no_grad():
            golden[f"{name}/logits"] = model(torch.tensor(IDS)).logits.numpy()[..., SHOWN]
            greedy = model.generate(
                torch.tensor(IDS[:1, :8]), max_new_tokens=NEW, do_sample=False,
                eos_token_id=None, pad_token_id=0,
            )  # fmt: skip
        golden[f"{name}/greedy"] = greedy.numpy()[0]
    np.savez_compressed(GOLDEN, **golden)


if __name__ == "__main__":
    main()
