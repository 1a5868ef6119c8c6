"""Trains the tokenizer and the network from scratch and leaves both in a work folder.

Only what the assistant says is learned. Matrices inside the blocks use Muon,
the embedding and the norms use AdamW. A checkpoint is written every few hundred
steps, so that an interrupted run leaves something to export.
"""

import argparse
import json
import time
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

import chat
from batches import IGNORED, batches
from export_gguf import load_model
from model import Fledgling
from tickets import held_out_tickets
from tokenizer import train_tokenizer

SEED = 20240
WARM_UP = 60
MUON_RATE, ADAM_RATE = 0.02, 0.003
REPORT_EVERY, SAVE_EVERY = 50, 100


@dataclass(frozen=True)
class Round:
    """One pass of warm-up, constant rate and decay over its own stream of data."""

    steps: int
    peak: float
    constant_until: float
    seed: str


ROUNDS = (
    Round(1700, 1.0, 0.4, f"fledgling/train/{SEED}"),
    Round(400, 0.5, 0.15, f"fledgling/train/{SEED}/2"),
)


def rate_factor(step: int, plan: Round) -> float:
    """Warm-up, a constant part, then a straight line down to zero."""
    if step < WARM_UP:
        return plan.peak * (step + 1) / WARM_UP
    start = plan.steps * plan.constant_until
    return plan.peak * min(1.0, (plan.steps - step) / (plan.steps - start))


def make_optimizers(model: Fledgling) -> list:
    matrices = [p for p in model.blocks.parameters() if p.dim() == 2]
    others = [p for name, p in model.named_parameters() if p.dim() == 1 or name.startswith("embedding")]
    return [
        torch.optim.Muon(matrices, lr=MUON_RATE, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(others, lr=ADAM_RATE, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def set_rate(optimizers: list, factor: float) -> None:
    for optimizer, rate in zip(optimizers, (MUON_RATE, ADAM_RATE)):
        for group in optimizer.param_groups:
            group["lr"] = rate * factor


@torch.no_grad()
def ticket_accuracy(model: Fledgling, tokenizer, count: int = 100) -> float:
    """Share of tickets whose whole answer is the model's first choice, token by token.

    The tickets have their own seed, so the evaluation's tickets play no part in training.
    """
    right = 0
    for ticket in held_out_tickets(count, seed="validation"):
        messages = [("system", "You sort support tickets."), ("user", ticket.text), ("assistant", ticket.answer)]
        ids, learn = chat.encode(tokenizer, messages)
        choices = model.logits(model.hidden(torch.tensor([ids])))[0].argmax(-1).tolist()
        right += all(choices[i - 1] == ids[i] for i in range(1, len(ids)) if learn[i])
    return right / count


def save(model: Fledgling, path: Path) -> None:
    partial = path.with_suffix(".partial")
    torch.save(model.state_dict(), partial)
    partial.replace(path)


def train_round(model: Fledgling, tokenizer, plan: Round, work: Path) -> dict:
    """Runs one round and returns its figures."""
    started, seen, losses = time.time(), 0, []
    optimizers = make_optimizers(model)
    stream = batches(tokenizer, plan.seed, model.shape.context)
    for step in range(plan.steps):
        set_rate(optimizers, rate_factor(step, plan))
        tokens, targets = next(stream)
        learned = targets != IGNORED
        loss = F.cross_entropy(model.logits(model.hidden(tokens)[learned]), targets[learned])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimizer in optimizers:
            optimizer.step()
        model.zero_grad()
        seen += tokens.numel()
        losses.append(loss.item())
        if (step + 1) % REPORT_EVERY == 0:
            average = sum(losses[-REPORT_EVERY:]) / REPORT_EVERY
            print(f"step {step + 1}: loss {average:.4f}, {seen / 1e6:.2f} M tokens, {time.time() - started:.0f} s", flush=True)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == plan.steps:
            save(model, work / "model.pt")
            print(f"step {step + 1}: {ticket_accuracy(model, tokenizer):.0%} of the validation tickets are right", flush=True)
    final_loss = sum(losses[-REPORT_EVERY:]) / len(losses[-REPORT_EVERY:])
    return {"steps": plan.steps, "tokens": seen, "seconds": round(time.time() - started), "final_loss": final_loss}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("work", type=Path, help="folder for tokenizer.json, model.pt and training-N.json")
    parser.add_argument("--from-round", type=int, default=1, help="go on from the checkpoint in the work folder with this round")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(SEED)
    work = arguments.work
    work.mkdir(parents=True, exist_ok=True)

    if arguments.from_round == 1:
        tokenizer, model = train_tokenizer(), Fledgling()
        tokenizer.save(str(work / "tokenizer.json"))
    else:
        tokenizer, model = Tokenizer.from_file(str(work / "tokenizer.json")), load_model(work / "model.pt")
    for number, plan in enumerate(ROUNDS, start=1):
        if number >= arguments.from_round:
            print(f"round {number}: {plan.steps} steps, {model.count_parameters():,} parameters", flush=True)
            figures = train_round(model, tokenizer, plan, work)
            (work / f"training-{number}.json").write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
