"""Simple stories: an opening, and a continuation with the same people, places and things.

Each plot is a list of steps, and each step offers several sentences, so one
opening can go on in very many ways.
"""

import random
from dataclasses import dataclass

from words import BOYS, GIRLS, invented_word

ANIMALS = ("fox", "owl", "hedgehog", "mouse", "rabbit", "badger", "otter", "frog", "crow", "cat", "dog", "bear", "squirrel", "duck", "goat", "snail")
PLACES = (
    "the harbor", "the old mill", "the forest", "the lighthouse", "the market", "the garden", "the hill", "the river", "the library", "the beach",
    "the barn", "the bakery", "the train station", "the attic", "the meadow", "the castle", "the bridge", "the school", "the lake", "the workshop",
)
ADJECTIVES = ("small", "brass", "old", "red", "silver", "wooden", "blue", "shiny", "broken", "tiny", "golden", "strange", "green", "dusty", "round", "paper")
THINGS = (
    "key", "box", "map", "lamp", "letter", "bell", "boat", "kite", "book", "coin", "button", "clock", "flute", "ring", "basket", "stone",
    "umbrella", "drum", "mirror", "whistle", "seed", "compass", "feather", "cup", "hat", "scarf",
)
TIMES = ("One morning", "One day", "One evening", "One cold night", "On a windy afternoon", "One rainy day", "After lunch", "Early on a Sunday", "Late in the summer")
TRAITS = ("curious", "shy", "brave", "quiet", "cheerful", "clever", "careful", "kind", "patient", "sleepy", "stubborn")

FIRST = (
    "{name} lived near {place}.", "There was once a {trait} {kind} called {name}.", "{name} was a {trait} {kind} who lived by {place}.",
    "{time}, {name} walked to {place}.", "{name} loved {place} more than any other place.", "Once upon a time, a {kind} named {name} lived near {place}.",
    "{time}, {name} went out to see {place}.", "In a house near {place} lived a {trait} {kind} named {name}.",
)
SECOND = {
    "found": ("{time}, {he} found {a_thing} near {place}.", "There {he} found {a_thing}.", "{Time}, {name} saw {a_thing} on the ground.", "Under a leaf {he} found {a_thing}."),
    "lost": ("{time}, {he} lost {his} {thing} near {place}.", "{Time}, the {thing} that {he} loved was gone.", "But {his} {thing} was missing."),
    "wanted": ("{He} wanted to bring {a_thing} to {friend}.", "{time}, {he} had to carry {a_thing} to {place}.", "{name} wanted to give {friend} {a_thing}."),
    "made": ("{time}, {he} began to make {a_thing}.", "{He} wanted to build {a_thing} all by {himself}.", "{name} had never made {a_thing} before."),
}
THIRD = (
    "{friend} came along too.", "It was very quiet.", "The wind was strong that day.", "{name} could not believe it.", "{He} told {friend} about it.",
    "Nobody else was there.", "{He} thought about it for a long time.",
)
PLOTS = {
    "found": (
        ("{He} picked up the {thing} and looked at it closely.", "{name} held the {thing} up to the light.", "The {thing} felt warm in {his} hands.",
         "{name} wondered who had lost the {thing}.", "At first {he} was afraid to touch the {thing}."),
        ("{He} asked {friend}, but {friend} had never seen it before.", "{friend} said that the {thing} was very old.", "Then {he} showed the {thing} to {friend}.",
         "\"Somebody must miss it,\" said {friend}.", "{name} and {friend} looked all around {place} for the owner."),
        ("Together they walked through {place} and asked everyone they met.", "They searched {place} until the sun went down.", "A {animal} told them to look behind {place}.",
         "On the other side of {place} they met an old woman who was looking for something."),
        ("It turned out that the {thing} belonged to an old sailor.", "The old woman smiled, because the {thing} was hers.", "A little {animal} had dropped the {thing} the night before.",
         "Nobody knew the {thing}, so {name} decided to keep it safe."),
        ("From that day on, {name} and {friend} were the best of friends.", "{name} went home happy.", "And {name} never forgot that day near {place}.",
         "That night {name} slept better than ever."),
    ),
    "lost": (
        ("{name} looked for the {thing} everywhere.", "{He} searched every corner near {place}.", "At first {name} was very sad.", "{name} sat down and thought hard."),
        ("{friend} offered to help.", "\"Do not worry, {name},\" said {friend}, \"we will find it.\"", "Then {he} met {friend}, who had good eyes.", "{name} asked {friend} for help."),
        ("They followed small tracks all the way to {place}.", "They looked under every stone near {place}.", "A {animal} had seen something shine near {place}.",
         "After an hour they heard a strange sound from {place}."),
        ("There it was: the {thing} lay in the grass.", "A {animal} was sitting on the {thing} and would not move.", "At last {friend} found the {thing} inside a hollow tree.",
         "The {thing} had only rolled under a bench."),
        ("{name} thanked {friend} and took the {thing} home.", "{name} laughed and promised to take better care of it.", "They shared a piece of cake, and all was well.",
         "After that, {name} never let the {thing} out of sight."),
    ),
    "wanted": (
        ("The way was long, but {name} did not mind.", "{He} put the {thing} in a bag and set off.", "{name} wrapped the {thing} in a warm cloth.", "So {he} started early and walked fast."),
        ("Halfway there it began to rain.", "Near {place} a {animal} stopped {him} and asked for food.", "Then {he} came to a river with no bridge.", "Soon {name} was tired and had to rest."),
        ("{name} shared {his} bread, and the {animal} showed {him} a shorter way.", "{He} hid the {thing} under {his} coat to keep it dry.",
         "A kind {animal} carried the {thing} for a while.", "{name} sang a song to stay brave."),
        ("When {he} arrived, {friend} was already waiting.", "At last {he} saw a light in the window, and {friend} opened the door.", "{friend} was very surprised to see the {thing}.",
         "\"You came all this way!\" said {friend}."),
        ("They drank tea and talked until midnight.", "{friend} put the {thing} in the best place in the house.", "{name} walked home with a smile.", "It was the best day of the whole year."),
    ),
    "made": (
        ("First {he} looked for good wood near {place}.", "{name} worked on the {thing} all day.", "{He} drew a plan of the {thing} on a piece of paper.", "The first try fell apart at once."),
        ("{friend} laughed and said it would never work.", "{friend} came to watch and brought some glue.", "\"May I help you?\" asked {friend}.", "A {animal} watched {him} and shook its head."),
        ("But {name} did not give up.", "{name} tried again, and this time {he} took more care.", "They worked side by side until the evening.", "{He} learned something new with every try."),
        ("At last the {thing} was ready.", "After three days the {thing} stood in front of {place}.", "In the end the {thing} was even better than {he} had hoped.", "Finally {he} showed the {thing} to everyone at {place}."),
        ("Everyone clapped, and {name} was proud.", "{name} gave the {thing} to {friend} as a present.", "{friend} had to admit that it was wonderful.", "Since then everybody near {place} wants one."),
    ),
}
ASKS = ("{}",) * 8 + ("Continue this story: {}", "Please go on: {}", "Story: {}", "Continue: {}", "Go on with this story.\n\n{}")


@dataclass(frozen=True)
class Story:
    opening: str
    continuation: str


def make_story(rng: random.Random) -> Story:
    """A random opening of one to three sentences and three to six sentences that go on from it."""
    plot = rng.choice(tuple(PLOTS))
    slots = _slots(rng)
    opening = [rng.choice(FIRST), rng.choice(SECOND[plot])]
    if rng.random() < 0.3:
        opening.append(rng.choice(THIRD))
    if rng.random() < 0.2:
        opening = opening[:1]
    steps = [rng.choice(step) for step in PLOTS[plot]]
    if len(opening) == 1:
        steps[0] = rng.choice(SECOND[plot])
    elif rng.random() < 0.25:
        del steps[rng.choice((1, 2))]
    if rng.random() < 0.2:
        steps.insert(-1, rng.choice(("It was getting dark near {place}.", "{name} took a deep breath.", "The {thing} looked even more beautiful now.", "For a moment, nobody said a word.")))
    return Story(
        rng.choice(ASKS).format(_sentences(opening, slots)),
        _sentences(_without_repeats(steps), slots),
    )


def _slots(rng: random.Random) -> dict:
    is_girl = rng.random() < 0.5
    name = rng.choice(GIRLS if is_girl else BOYS)
    if rng.random() < 0.25:
        name = invented_word(rng).capitalize()
    kind = rng.choice(("girl" if is_girl else "boy",) * 2 + (rng.choice(ANIMALS), rng.choice(ANIMALS), "gardener", "sailor", "baker"))
    thing = f"{rng.choice(ADJECTIVES)} {rng.choice(THINGS)}"
    friend = rng.choice([other for other in GIRLS + BOYS if other != name])
    time = rng.choice(TIMES)
    he, him, his, himself = ("she", "her", "her", "herself") if is_girl else ("he", "him", "his", "himself")
    return {
        "name": name, "kind": kind, "friend": friend, "place": rng.choice(PLACES), "trait": rng.choice(TRAITS), "time": time, "Time": time,
        "thing": thing, "a_thing": ("an " if thing[0] in "aeiou" else "a ") + thing, "animal": rng.choice(ANIMALS),
        "he": he, "He": he.capitalize(), "him": him, "his": his, "himself": himself,
    }


def _sentences(templates: list, slots: dict) -> str:
    text = []
    for template in templates:
        sentence = template.format(**slots)
        text.append(sentence[0].upper() + sentence[1:])
    return " ".join(text)


def _without_repeats(templates: list) -> list:
    return list(dict.fromkeys(templates))
