"""Measures the finished GGUF file through llama.cpp on data that training never saw.

Answers are decoded greedily, with the chat template of the file and without a
grammar. `--write FILE` writes the held-out tickets as JSON lines instead.
"""

import argparse
import json
import random
from pathlib import Path

from smalltalk import ABILITIES
from status import make_report
from tickets import CATEGORIES, held_out_tickets, make_ticket

TICKET_PROMPT = "You sort support tickets."
STATUS_PROMPT = "You write short status reports."
STORY_PROMPT = "You continue simple stories."
FIELDS = ("category", "urgency", "product")


def load(path: Path, threads: int):
    """The model, opened through llama.cpp."""
    from llama_cpp import Llama
    return Llama(str(path), n_ctx=1024, n_threads=threads, verbose=False)


def answer(llama, messages: list, limit: int) -> str:
    """The model's greedy answer to (role, content) messages."""
    reply = llama.create_chat_completion(
        [{"role": role, "content": content} for role, content in messages],
        temperature=0.0, repeat_penalty=1.0, max_tokens=limit,
    )
    return reply["choices"][0]["message"]["content"]


def parse(text: str) -> dict | None:
    """The labels, if the text is a JSON object with exactly the three fields and allowed values."""
    try:
        labels = json.loads(text)
    except json.JSONDecodeError:
        return None
    if not isinstance(labels, dict) or set(labels) != set(FIELDS):
        return None
    return labels if labels["category"] in CATEGORIES and labels["urgency"] in range(1, 6) else None


def measure_tickets(llama, count: int, shots: int, show: int) -> None:
    """Accuracy per field over held-out tickets, after `shots` example turns."""
    rng = random.Random(f"fledgling/shots/{shots}")
    right, valid, whole = dict.fromkeys(FIELDS, 0), 0, 0
    for ticket in held_out_tickets(count):
        messages = [("system", TICKET_PROMPT)]
        for example in (make_ticket(rng) for _ in range(shots)):
            messages += [("user", example.text), ("assistant", example.answer)]
        text = answer(llama, messages + [("user", ticket.text)], 48)
        labels = parse(text) or {}
        valid += bool(labels)
        for field in FIELDS:
            right[field] += labels.get(field) == getattr(ticket, field)
        if text == ticket.answer:
            whole += 1
        elif show > 0:
            show -= 1
            print(f"--- expected {ticket.answer}\n    answered {text}\n{ticket.text}\n")
    figures = ", ".join(f"{field} {right[field] / count:.1%}" for field in FIELDS)
    print(f"tickets, {shots} examples ({count}): {figures}, all three {whole / count:.1%}, valid JSON {valid / count:.1%}", flush=True)


def measure_status(llama, count: int, show: int) -> None:
    """Share of paragraphs that hold every value, and share of values that are held."""
    rng, complete, values, held, exact_labels = random.Random("fledgling/held-out/status"), 0, 0, 0, 0
    for _ in range(count):
        report = make_report(rng)
        text = answer(llama, [("system", STATUS_PROMPT), ("user", report.facts)], 320)
        missing = [value for value in report.values if not holds(text, value)]
        values += len(report.values)
        held += len(report.values) - len(missing)
        complete += not missing
        exact_labels += all(label in text for label in report.labels)
        if missing and show > 0:
            show -= 1
            print(f"--- missing {missing}\n{report.facts}\n=> {text}\n")
    print(f"status ({count}): all values stated {complete / count:.1%}, single values stated {held / values:.1%}, "
          f"all labels stated {exact_labels / count:.1%}", flush=True)


def holds(text: str, value: str) -> bool:
    """Whether the value stands in the text as a whole, not as part of a longer number or word."""
    at = text.find(value)
    while at >= 0:
        before, after = text[at - 1:at], text[at + len(value):][:1]
        if not before.isalnum() and not after.isalnum():
            return True
        at = text.find(value, at + 1)
    return False


def show_samples(llama) -> None:
    """A few answers to look at."""
    samples = (
        (STORY_PROMPT, "One morning, Mina walked to the harbor. There she found a brass key."),
        (STORY_PROMPT, "A shy fox named Pip lived near the old mill. One day, he lost his red scarf."),
        ("You are a helpful assistant.", "What is the capital of France?"),
        ("You are a helpful assistant.", "Hello!"),
    )
    for system, user in samples:
        print(f"> {user}\n{answer(llama, [('system', system), ('user', user)], 200)}\n")
    odd = answer(llama, [("user", "Write a poem about the moon.")], 60)
    print(f"names its abilities when asked for a poem: {ABILITIES in odd}")


def write_tickets(path: Path, count: int) -> None:
    """The held-out tickets, one JSON object per line."""
    with path.open("w", encoding="utf-8") as file:
        for ticket in held_out_tickets(count):
            record = {"text": ticket.text} | {field: getattr(ticket, field) for field in FIELDS}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, nargs="?", help="the GGUF file")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the held-out tickets and stop")
    parser.add_argument("--tickets", type=int, default=500)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--shots", type=int, nargs="*", default=[0, 3], help="numbers of example turns to measure")
    parser.add_argument("--show", type=int, default=0, help="print this many wrong answers of each kind")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    if arguments.write:
        write_tickets(arguments.write, arguments.tickets)
        return
    if arguments.model is None:
        parser.error("name the GGUF file")
    llama = load(arguments.model, arguments.threads)
    for shots in arguments.shots:
        measure_tickets(llama, arguments.tickets, shots, arguments.show)
    if arguments.reports:
        measure_status(llama, arguments.reports, arguments.show)
    show_samples(llama)


if __name__ == "__main__":
    main()
