"""Invented names and everyday words that the generators share."""

import random

PRODUCTS = ("Lantern", "Harbor", "Thimble", "Kestrel", "Orchard", "Compass", "Quill", "Marble")

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December")
CITIES = ("Northwick", "Elmford", "Port Alder", "Greyhaven", "Millbrook", "Stonebridge", "Fairwell", "Oakmere", "Lowdale", "Brightsea",
          "Ashby Cross", "Redcliff", "Wintermoor", "Saltmarsh", "Kingsferry", "Upper Dell")
COMPANIES = ("Brightwater Ltd", "Oak & Sons", "Nordhaus Bakery", "Tallis Garden Centre", "Blue Door Books", "Pinewood Dental",
             "Marrow Street School", "Fenwick Tools", "Copperline", "Hillside Clinic", "Rowan Travel", "Second Spring Cafe")
GIRLS = ("Mina", "Ada", "Lena", "Rosa", "Nell", "Ivy", "Clara", "Tess", "Wanda", "Freya", "Juno", "Maud", "Petra", "Sana", "Olga", "Dora", "Edith", "Lucy")
BOYS = ("Tom", "Ben", "Oskar", "Milo", "Finn", "Jonas", "Theo", "Emil", "Hugo", "Anton", "Ravi", "Samir", "Karl", "Leo", "Noah", "Felix", "Otto", "Amir")
PEOPLE = GIRLS + BOYS
SURNAMES = ("Fenn", "Marlow", "Okoye", "Brandt", "Silva", "Haas", "Lindqvist", "Moreau", "Tanaka", "Petrov", "Quist", "Rao", "Weller", "Abbot", "Dunmore")
AMOUNTS = (9, 12, 19, 25, 29, 35, 48, 49, 60, 75, 99, 120, 149, 180, 240, 310, 480, 960, 1250)

_ONSETS = ("b", "br", "c", "ch", "d", "dr", "f", "fl", "g", "gr", "h", "j", "k", "l", "m", "n", "p", "pl", "qu", "r", "s", "sh", "st", "t", "tr", "v", "w", "y", "z")
_VOWELS = ("a", "e", "i", "o", "u", "ai", "ea", "oo", "ou", "ie")
_ENDS = ("", "", "n", "r", "s", "l", "t", "m", "nd", "ck", "rt", "x", "th")


def invented_word(rng: random.Random) -> str:
    """A pronounceable word that means nothing, so that copying is the only way to get it right."""
    return "".join(rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_ENDS) for _ in range(rng.choice((1, 2, 2, 3))))
