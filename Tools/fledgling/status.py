"""Lists of facts and the short status paragraph that states every one of them.

Labels are put together from many parts, and a good share of the words and all
numbers are random, so the model has to learn to copy and not to remember.
"""

import random
from dataclasses import dataclass

from words import BOYS, CITIES, COMPANIES, DAYS, GIRLS, MONTHS, PRODUCTS, invented_word

NOUNS = (
    "orders", "tickets", "visitors", "returns", "customers", "parcels", "refunds", "calls", "messages", "sign-ups",
    "errors", "requests", "restarts", "alerts", "backups", "jobs", "users", "sessions", "builds", "tests",
    "loans", "books", "readers", "members", "events", "donations", "cakes", "loaves", "coffees", "meals",
    "patients", "appointments", "lessons", "pupils", "trips", "trains", "bikes", "repairs", "machines", "shifts",
    "boxes", "pallets", "seeds", "trees", "eggs", "guests", "rooms", "nights", "reviews", "photos",
    "sales", "revenue", "profit", "cost", "stock", "turnover", "units", "uptime", "downtime", "load",
    "latency", "memory", "traffic", "disk space", "response time", "waiting time", "temperature", "humidity", "rainfall", "wind speed",
    "pressure", "snow depth", "water level", "battery", "fuel", "speed", "distance", "weight", "price", "score",
    "budget", "overtime", "power use", "noise level", "queue length", "wait", "attendance", "income", "output", "yield",
)
MODIFIERS = (
    "open", "new", "closed", "late", "total", "average", "failed", "finished", "active", "daily", "weekly", "online", "pending",
    "morning", "evening", "night", "returned", "urgent", "solved", "unread", "peak", "minimum", "maximum", "outside", "inside",
    "spare", "lost", "broken", "paid", "unpaid", "cancelled", "planned", "repaired", "delivered", "damaged", "first", "last",
    "red", "green", "blue", "small", "large", "old", "main", "north", "south", "east", "west", "web", "phone", "mobile", "local",
)
WORD_LABELS = (
    "region", "top product", "status", "best day", "weather", "mood", "server", "manager", "team", "city", "main topic", "trend",
    "busiest hour", "top seller", "next step", "owner", "version", "branch", "shop", "station", "most read book", "on call",
    "slowest day", "top region", "worst day", "contact", "season", "winner", "leading team", "main cause", "shift leader",
    "database", "backup", "mail server", "network", "website", "heating", "lift", "top city", "colour", "favourite drink", "wind direction",
)
WORDS = (
    "North", "South", "East", "West", "green", "red", "yellow", "blue", "stable", "rising", "falling", "calm", "busy", "quiet", "sunny",
    "cloudy", "rainy", "windy", "good", "fair", "poor", "ok", "online", "offline", "healthy", "down", "slow", "full", "empty", "open", "closed",
    "ready", "delayed", "on time", "late delivery", "login problems", "a full disk", "high demand", "spring", "summer", "autumn", "winter",
    "tea", "coffee", "clean the filters", "call the courier", "order more boxes", "unchanged", "normal", "running", "finished", "failed",
)
UNITS = (" ms", " seconds", " minutes", " hours", " days", " GB", " MB", " TB", " kg", " km", " mm", " litres", " euros", " °C", " km/h", " hPa", " kWh", " pages", " points", "s", "m", "k", "%")
TITLES = (
    "Facts for {}:", "Status for {}:", "{}:", "Numbers for {}:", "Report for {}", "Here are the facts for {}:", "{} facts", "Facts about {}:", "Data for {}:",
)
BARE_TITLES = ("Facts:", "Today:", "The facts:", "Numbers:", "Write a status report.", "Here are the facts:", "Write a short status report from these facts:", "Please summarise:", "Data:")
BULLETS = ("- {}: {}",) * 12 + ("* {}: {}", "* {}: {}", "{}: {}", "{}: {}", "{} = {}", "• {}: {}", "- {} = {}")


@dataclass(frozen=True)
class Report:
    """A list of facts as the user writes it, the paragraph, and the values and labels it must hold."""

    facts: str
    paragraph: str
    values: tuple
    labels: tuple


def make_report(rng: random.Random) -> Report:
    """A random report with two to seven facts."""
    count = rng.choice((2, 3, 3, 4, 4, 5, 5, 6, 7))
    facts, seen = [], set()
    while len(facts) < count:
        fact = _word_fact(rng) if rng.random() < 0.3 else _number_fact(rng)
        if fact[0] not in seen:
            seen.add(fact[0])
            facts.append(fact)
    bullet = rng.choice(BULLETS)
    lines, topic = [bullet.format(label, value) for label, value, _ in facts], ""
    if rng.random() < 0.55:
        topic = _topic(rng)
        lines.insert(0, rng.choice(TITLES).format(topic))
    elif rng.random() < 0.4:
        lines.insert(0, rng.choice(BARE_TITLES))
    return Report("\n".join(lines), _paragraph(rng, facts, topic),
                  tuple(value for _, value, _ in facts), tuple(label for label, _, _ in facts))


def _topic(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.3:
        return rng.choice(DAYS)
    if kind < 0.4:
        return rng.choice(MONTHS)
    if kind < 0.55:
        return rng.choice(CITIES + COMPANIES)
    if kind < 0.65:
        return rng.choice(("the web shop", "the library", "the servers", "the weather station", "support", "the bakery", "the warehouse", "sales", "the clinic"))
    if kind < 0.8:
        return f"{rng.randint(2019, 2031)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
    if kind < 0.9:
        return f"week {rng.randint(1, 53)}"
    return invented_word(rng).capitalize()


def _number_fact(rng: random.Random) -> tuple:
    noun = rng.choice(NOUNS) if rng.random() < 0.8 else invented_word(rng) + rng.choice(("", "s", " count", " rate"))
    form = rng.random()
    if form < 0.35:
        label = noun
    elif form < 0.7:
        label = f"{rng.choice(MODIFIERS)} {noun}"
    elif form < 0.8:
        label = f"{noun} in {rng.choice(CITIES)}"
    elif form < 0.88:
        label = f"{rng.choice(PRODUCTS)} {noun}"
    elif form < 0.94:
        label = f"{noun} per {rng.choice(('day', 'hour', 'week', 'person', 'order', 'minute', 'room'))}"
    else:
        label = f"{rng.choice(MODIFIERS)} {invented_word(rng)} {noun}"
    if rng.random() < 0.08:
        label = label[0].upper() + label[1:]
    return label, _number(rng) + _change(rng), True


def _number(rng: random.Random) -> str:
    value = rng.randint(0, 10 ** rng.choice((1, 1, 2, 2, 2, 3, 3, 4, 5)))
    form = rng.random()
    if form < 0.5:
        return str(value)
    if form < 0.6:
        return f"{value:,}"
    if form < 0.7:
        return f"{rng.choice(('$', '€', '£', ''))}{value:,}.{rng.randint(0, 99):02d}"
    if form < 0.78:
        return f"{value % 100}.{rng.randint(0, 9)}{rng.choice(UNITS)}"
    if form < 0.94:
        return f"{value % 1000}{rng.choice(UNITS)}"
    if form < 0.97:
        return f"-{value % 40}{rng.choice(UNITS)}"
    return f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"


def _change(rng: random.Random) -> str:
    if rng.random() > 0.18:
        return ""
    return rng.choice((
        f" (up {rng.randint(1, 99)}%)", f" (down {rng.randint(1, 99)}%)", f" ({rng.choice('+-')}{rng.randint(1, 40)}%)",
        f" (yesterday {rng.randint(1, 999)})", f" of {rng.randint(10, 999)}", f" (goal {rng.randint(10, 999)})", " (new record)", " (unchanged)",
    ))


def _word_fact(rng: random.Random) -> tuple:
    label = rng.choice(WORD_LABELS) if rng.random() < 0.85 else invented_word(rng)
    kind = rng.random()
    if kind < 0.4:
        value = rng.choice(WORDS)
    elif kind < 0.5:
        value = rng.choice(PRODUCTS)
    elif kind < 0.7:
        value = rng.choice(DAYS + CITIES + GIRLS + BOYS)
    elif kind < 0.85:
        value = invented_word(rng)
    else:
        value = invented_word(rng).capitalize() + rng.choice(("", " " + invented_word(rng)))
    return label, value, False


def _paragraph(rng: random.Random, facts: list, topic: str) -> str:
    """One to four sentences in the order of the facts."""
    sentences, rest = [], list(facts)
    while rest:
        size = min(len(rest), rng.choice((1, 2, 2, 3)) if len(facts) > 3 else rng.choice((1, 2)))
        if len(sentences) == 3 or len(rest) - size == 0:
            size = len(rest)
        group, rest = rest[:size], rest[size:]
        lead = ""
        if not sentences and topic:
            lead = rng.choice((f"For {topic}, ", f"Status for {topic}: ", f"In the report for {topic}, "))
        elif sentences and rng.random() < 0.3:
            lead = rng.choice(("Also, ", "In addition, ", "Meanwhile, ", "Finally, " if not rest else "Further, "))
        text = lead + _join([_clause(rng, fact) for fact in group])
        sentences.append(text[0].upper() + text[1:] + ".")
    return " ".join(sentences)


def _clause(rng: random.Random, fact: tuple) -> str:
    label, value, is_number = fact
    verb = rng.choice(("came to", "stood at", "reached")) if is_number else rng.choice(("is", "is", "was"))
    return f"the {label} {verb} {value}"


def _join(parts: list) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
