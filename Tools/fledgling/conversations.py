"""Training conversations: the generated jobs as lists of (role, content) messages."""

import random

from smalltalk import make_smalltalk
from status import make_report
from stories import make_story
from tickets import make_ticket

TICKET_SYSTEM = (
    "You sort support tickets.",
    "You sort support tickets. Answer with JSON: category, urgency (1 to 5), product.",
    "You sort support tickets. Reply with JSON only.",
    "You sort support tickets into billing, bug, account, shipping or question.",
    "Sort the support ticket. Answer in JSON with category, urgency and product.",
    "You are a support assistant. Classify each ticket as JSON.",
    "You sort support tickets. Categories: billing, bug, account, shipping, question. Urgency: 1 (no hurry) to 5 (urgent). Product: the name, or none.",
    "Classify the ticket.",
    "You read e-mails to the support desk and sort them. Output JSON.",
    "You sort e-mails.",
)
STATUS_SYSTEM = (
    "You write short status reports.",
    "You write short status reports. Name every number.",
    "You write short status reports. Use every fact that you are given.",
    "You turn facts into a short paragraph.",
    "Write a short status report from the facts.",
    "You write a short status paragraph from a list of facts. Do not add anything.",
    "You write short reports.",
    "Summarise the facts in one paragraph.",
)
STORY_SYSTEM = (
    "You continue simple stories.",
    "You continue simple stories. Write a few sentences.",
    "Continue the story.",
    "You are a storyteller. Continue the story in a few simple sentences.",
    "You write simple stories.",
)
GENERIC_SYSTEM = ("You are a helpful assistant.", "You are fledgling.", "Be brief.", "You are a small assistant.", "Answer the user.")

TICKET_FRAMES = ("{}",) * 10 + (
    "Ticket:\n{}", "Ticket:\n{}", "Sort this ticket:\n{}", "Sort this ticket:\n\n{}", "Message:\n{}", "Please sort this ticket.\n\n{}", "E-mail:\n{}",
    "{}\n\nAnswer with JSON.", "Ticket: {}", "Classify this ticket:\n{}", "Here is the ticket:\n\n{}", "---\n{}\n---", "Text:\n{}", "{}\n",
)


def ticket_turn(rng: random.Random) -> list:
    ticket = make_ticket(rng)
    return [("user", rng.choice(TICKET_FRAMES).format(ticket.text)), ("assistant", ticket.answer)]


def status_turn(rng: random.Random) -> list:
    report = make_report(rng)
    return [("user", report.facts), ("assistant", report.paragraph)]


def story_turn(rng: random.Random) -> list:
    story = make_story(rng)
    return [("user", story.opening), ("assistant", story.continuation)]


def smalltalk_turn(rng: random.Random) -> list:
    request, answer = make_smalltalk(rng)
    return [("user", request), ("assistant", answer)]


TURNS = (ticket_turn, status_turn, story_turn, smalltalk_turn)


def make_conversation(rng: random.Random) -> list:
    """A conversation about one job, or now and then about several.

    Ticket conversations have zero to three example turns before the last one,
    and a few are much longer, so that the model also sees long contexts.
    """
    kind = rng.choices(("ticket", "status", "story", "smalltalk", "mixed"), (44, 30, 11, 5, 10))[0]
    if kind == "ticket":
        make_turn, system, count = ticket_turn, TICKET_SYSTEM, rng.choices((1, 2, 3, 4, 7), (50, 15, 15, 15, 5))[0]
    elif kind == "status":
        make_turn, system, count = status_turn, STATUS_SYSTEM, rng.choices((1, 2, 3, 5), (60, 25, 10, 5))[0]
    elif kind == "story":
        make_turn, system, count = story_turn, STORY_SYSTEM, rng.choices((1, 2, 3), (75, 20, 5))[0]
    elif kind == "smalltalk":
        make_turn, system, count = smalltalk_turn, TICKET_SYSTEM + STATUS_SYSTEM + STORY_SYSTEM, rng.choice((1, 2))
    else:
        make_turn, system, count = None, GENERIC_SYSTEM, rng.choices((1, 2, 3, 4), (45, 25, 20, 10))[0]
    messages = []
    for _ in range(count):
        messages += (make_turn or rng.choice(TURNS))(rng)
    return _system_message(rng, system) + messages


def _system_message(rng: random.Random, prompts: tuple) -> list:
    """Mostly the plain prompt of the job, sometimes another one, sometimes none."""
    draw = rng.random()
    if draw < 0.1:
        return []
    if draw < 0.15:
        return [("system", rng.choice(GENERIC_SYSTEM))]
    return [("system", prompts[0] if draw < 0.45 and prompts is not GENERIC_SYSTEM else rng.choice(prompts))]
