"""What the demonstration model cannot do and the servers act: images, thoughts, embeddings.

Embeddings are made from the text's SHA-256 alone: the same text always has the same vector of 16 numbers and length 1,
but texts of similar meaning are no nearer to each other than others.
"""

import hashlib
import math

from slot import pause

THOUGHTS = ["Let ", "me ", "think."]
DIMENSIONS = 16


def seen(images):
    """What the model "seer" says to images, given as bytes."""
    described = [f"{len(image)} bytes, sha256 {hashlib.sha256(image).hexdigest()}" for image in images]
    return f"{len(images)} image{'' if len(images) == 1 else 's'}: " + "; ".join(described)


class Speech:
    """A ready text, told word by word like a `backend.Answer`."""

    def __init__(self, backend, prompt_count, text, gone):
        self._backend = backend
        self._words = text.split(" ")
        self._gone = gone
        self.prompt_count = prompt_count
        self.sampled = 0
        self.finish = "stop"

    def __iter__(self):
        for place, word in enumerate(self._words):
            pause(self._backend.delay if place else 0, self._gone)
            self.sampled += 1
            yield word if place + 1 == len(self._words) else word + " "


def embedding(text, dimensions=DIMENSIONS):
    digest = hashlib.sha256(text.encode()).digest()
    numbers = [int.from_bytes(digest[2 * place:2 * place + 2], "big") - 32767.5 for place in range(DIMENSIONS)]
    return normalised(numbers[:dimensions])


def normalised(numbers):
    length = math.sqrt(sum(number * number for number in numbers))
    return [number / length for number in numbers]
