"""Greetings and requests the model was not made for, with short honest answers."""

import random

from words import CITIES, PEOPLE, invented_word

ABILITIES = "I can sort tickets, write short status reports and continue simple stories."

GREETINGS = ("Hello", "Hello!", "Hi", "Hi there!", "Hey", "Good morning", "Good evening!", "hello", "hi", "Hello, how are you?", "Good day.", "Hi, I am {name}.", "Hello fledgling")
WHO = ("Who are you?", "What are you?", "What can you do?", "What is your name?", "who are you", "Tell me about yourself.", "What do you do?", "Help", "help me", "Can you help me?", "Are you a person?", "How do you work?")
THANKS = ("Thank you", "Thanks!", "thanks", "Great, thank you.", "Well done.", "Good job!")
GOODBYES = ("Bye", "Goodbye!", "See you.", "Good night")
ODD = (
    "What is the capital of {topic}?", "Write a poem about {topic}.", "Translate \"{topic}\" into French.", "What is {a} plus {b}?", "What is {a} * {b}?",
    "Explain {topic} to me.", "Who invented {topic}?", "Write a program that counts {topic}.", "Give me a recipe for {topic}.", "How far is {city} from here?",
    "What will the weather be like in {city}?", "Tell me a joke about {topic}.", "How old is {name}?", "What time is it?", "Solve x + {a} = {b}.",
    "Summarise the book about {topic}.", "Book a table in {city} for {a} people.", "Play some music.", "{topic}", "{topic}?", "Why is {topic} so popular?",
    "Write an essay on {topic}.", "Is {topic} good for you?", "Draw a picture of {topic}.", "Which is better, {topic} or {topic2}?", "asdf {topic} {topic2}", "Recommend a film about {topic}.",
)
TOPICS = ("France", "the sea", "cats", "bread", "electricity", "rain", "music", "football", "spring", "mountains", "the moon", "black holes", "pancakes", "history",
          "chess", "love", "Japan", "Brazil", "computers", "time", "gravity", "soup", "bees", "painting", "trains", "Kenya", "ice", "stars", "paper", "sleep")


def make_smalltalk(rng: random.Random) -> tuple:
    """A user's message and the answer to it."""
    kind = rng.choices(("greeting", "who", "thanks", "bye", "odd"), (3, 2, 1, 1, 6))[0]
    if kind == "greeting":
        return rng.choice(GREETINGS).format(name=rng.choice(PEOPLE)), f"Hello! {ABILITIES}"
    if kind == "who":
        return rng.choice(WHO), f"I am fledgling, a very small language model. {ABILITIES}"
    if kind == "thanks":
        return rng.choice(THANKS), "You are welcome."
    if kind == "bye":
        return rng.choice(GOODBYES), "Goodbye!"
    return _odd_request(rng), f"Sorry, I cannot do that. {ABILITIES}"


def _odd_request(rng: random.Random) -> str:
    topics = [rng.choice(TOPICS) if rng.random() < 0.6 else invented_word(rng) for _ in range(2)]
    return rng.choice(ODD).format(topic=topics[0], topic2=topics[1], a=rng.randint(1, 99), b=rng.randint(1, 999), city=rng.choice(CITIES), name=rng.choice(PEOPLE))
