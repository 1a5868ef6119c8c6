"""Batches for training: an endless, seeded stream of conversations, grouped by length."""

import random
from collections.abc import Iterator

import torch

import chat
from conversations import make_conversation

POOL = 2048
TOKENS_PER_BATCH = 5120
PAD_TO = 32
IGNORED = -100


def batches(tokenizer, seed: str, context: int) -> Iterator:
    """Yields (tokens, targets); a target is IGNORED where nothing is to be learned."""
    rng = random.Random(seed)
    while True:
        pool = [chat.encode(tokenizer, make_conversation(rng)) for _ in range(POOL)]
        pool = sorted((item for item in pool if len(item[0]) <= context), key=lambda item: len(item[0]))
        groups = list(_groups(pool))
        rng.shuffle(groups)
        for group in groups:
            yield _stack(group)


def _groups(pool: list) -> Iterator:
    """Cuts conversations sorted by length into groups of about the same number of tokens."""
    group = []
    for item in pool:
        if group and _padded(item) * (len(group) + 1) > TOKENS_PER_BATCH:
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _padded(item: tuple) -> int:
    return -(-len(item[0]) // PAD_TO) * PAD_TO


def _stack(group: list) -> tuple:
    length = max(map(_padded, group))
    tokens = torch.zeros(len(group), length, dtype=torch.long)
    targets = torch.full((len(group), length), IGNORED)
    for row, (ids, learn) in enumerate(group):
        tokens[row, :len(ids)] = torch.tensor(ids)
        targets[row, :len(ids) - 1] = torch.tensor([i if flag else IGNORED for i, flag in zip(ids[1:], learn[1:])])
    return tokens, targets
