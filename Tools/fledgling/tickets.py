"""Support tickets: invented e-mail-like texts with their category, urgency and product.

The label rules, in words:

* category: what the core sentence of the ticket is about.
* urgency: 1 the writer says there is no hurry; 2 nothing is said about time;
  3 it should happen this week or soon; 4 it is needed today or tomorrow;
  5 it is called urgent, or work is blocked or down.
* product: the one product that the text names, or "none".
"""

import json
import random
import zlib
from dataclasses import dataclass

from words import AMOUNTS, CITIES, COMPANIES, DAYS, MONTHS, PEOPLE, PRODUCTS, SURNAMES

CATEGORIES = ("billing", "bug", "account", "shipping", "question")

CORES = {
    "billing": [
        "I was charged twice for {p} in {month}.",
        "The invoice for {p} shows {amount}, but we agreed on {amount2}.",
        "Please send me a refund for {p}, I cancelled it on {day}.",
        "My card was billed {amount} although I had cancelled {p}.",
        "There is a payment of {amount} on my statement that I do not recognise.",
        "We need a corrected invoice for {p} with our tax number on it.",
        "The discount code was not applied when I paid for {p}.",
        "I have not received the receipt for my {month} payment.",
        "Why did the price of {p} go up to {amount} on my last bill?",
        "Our accounting team found a wrong amount on invoice {order}.",
        "You took {amount} from my bank account two times.",
        "Can you refund the {amount} that I paid for {p}?",
        "The subscription fee for {p} was renewed without my consent.",
        "My payment failed, but the money left my account.",
        "I would like to pay by bank transfer instead of credit card.",
        "The VAT on the bill for {p} is wrong.",
        "I am still being charged for {p} after ending the subscription.",
        "Invoice {order} is missing from our records.",
        "Please change the billing address on our invoices to {city}.",
        "We paid {amount} for {p}, but the bill still shows as unpaid.",
        "I got a payment reminder for an invoice that I have already paid.",
        "The yearly plan for {p} should cost {amount}, not {amount2}.",
        "I want my money back for {p}.",
        "Our credit note for {month} has not been booked yet.",
        "The checkout charged me in the wrong currency.",
        "I was overcharged by {amount} for {p}.",
    ],
    "bug": [
        "{P} crashes every time I open the {feature}.",
        "Since the last update {p} shows a blank screen.",
        "The {feature} in {p} does not work any more.",
        "I get error {code} when I save a file in {p}.",
        "{P} freezes after about {n} minutes.",
        "The {feature} button does nothing when I press it.",
        "{P} shows the wrong numbers in the {feature}.",
        "After the update to version {version} the {feature} is broken.",
        "{P} restarts by itself in the middle of the night.",
        "The app stops responding when I scroll through the {feature}.",
        "There is a bug in the {feature}: the totals are not added up.",
        "{P} loses my settings whenever I close it.",
        "The screen of {p} flickers and then goes black.",
        "Sync fails with error {code} on {p}.",
        "{P} keeps disconnecting from the network.",
        "The {feature} loads forever and never finishes.",
        "Text in the {feature} is cut off since version {version}.",
        "Every export from {p} comes out empty.",
        "{P} is very slow and hangs at {n} percent.",
        "The {feature} throws an exception with code {code}.",
        "Nothing happens when I click on the {feature}, it seems to be broken.",
        "{P} deleted two of my files while saving.",
        "The clock on {p} is off by one hour after the update.",
        "I found a glitch: the {feature} shows every entry twice.",
        "{P} does not start, it only shows error {code}.",
        "The latest release made the {feature} unusable.",
    ],
    "account": [
        "I cannot log in to my account.",
        "I forgot my password for {p} and the reset mail never comes.",
        "Please change the e-mail address of my account.",
        "My account has been locked after three wrong passwords.",
        "How can I delete my account? Please remove all my data.",
        "Please add {person} as a user to our {p} account.",
        "{person} has left the company, please remove the login.",
        "I need admin rights for our {p} workspace.",
        "The two-factor code for my login is never accepted.",
        "My user name is spelled wrong in my profile.",
        "I lost my phone and cannot sign in to {p} without it.",
        "Please merge my two {p} accounts into one.",
        "The password reset link has expired before I could use it.",
        "I am logged out of {p} all the time and have to sign in again.",
        "My profile still shows my old name.",
        "Please transfer the ownership of our account to {person}.",
        "I never got the activation mail for my new account.",
        "Somebody else has signed in to my account, I think it was hacked.",
        "We want to close our account at the end of {month}.",
        "I cannot change the password in my profile.",
        "The sign-in page for {p} says that my user does not exist.",
        "Please reset the password for our team account.",
        "My access to {p} was disabled and I do not know why.",
        "{person} needs a login for {p}.",
        "The permissions of my user are wrong, I cannot see our workspace.",
        "Please unlock the account of {person}.",
    ],
    "shipping": [
        "My parcel with {p} has not arrived.",
        "The tracking number {order} does not show anything.",
        "{P} was delivered with a broken box.",
        "I ordered {p} on {day} and it has still not been shipped.",
        "Please send order {order} to {city} instead of {city2}.",
        "The courier left the package with a neighbour I do not know.",
        "I received the wrong item, I had ordered {p}.",
        "Half of the delivery is missing: the box with {p} was empty.",
        "The parcel service says that order {order} was returned to you.",
        "Where is my delivery of {p}?",
        "The delivery address on order {order} is wrong, we have moved to {city}.",
        "The package has been stuck in {city} since {day}.",
        "Can the parcel with {p} be delivered to a pick-up point?",
        "I want to return {p}, please send me a return label.",
        "{P} arrived damaged, the courier must have dropped it.",
        "The tracking page has said \"in transit\" since {day}.",
        "Our order {order} was delivered to the wrong office.",
        "The shipment for {city} is {n} days late.",
        "Two of the {n} boxes in our shipment are missing.",
        "Customs are holding the package with {p} in {city}.",
        "The driver did not ring and took the parcel away again.",
        "We are still waiting for the delivery of {p}.",
        "Please hold the shipment of order {order} until we are back.",
        "The tracking says delivered, but there is no package here.",
        "I need a new delivery date for order {order}.",
        "The parcel for {person} went to {city} by mistake.",
    ],
    "question": [
        "Does {p} work with the {feature}?",
        "How do I switch on the {feature} in {p}?",
        "Is there a manual for {p} that I can download?",
        "What is the difference between {p} and the older version?",
        "Can I use {p} without an internet connection?",
        "Which languages does {p} support?",
        "Is it possible to use {p} with {n} people at once?",
        "Do you offer a training course for {p}?",
        "Where can I find the {feature} in {p}?",
        "Will there be a new version of {p} in {month}?",
        "Does {p} run on older computers?",
        "Can you tell me how the {feature} is meant to be used?",
        "How long does the battery of {p} last?",
        "Is {p} suitable for schools?",
        "I would like to know whether {p} can be used outdoors.",
        "Could you explain what the {feature} does?",
        "What are the opening hours of your shop in {city}?",
        "How many devices can I connect to {p}?",
        "Which cable do I need for {p}?",
        "Do you have a shop in {city}?",
        "I am wondering if {p} has a dark mode.",
        "Can {p} be set up to start the {feature} by itself?",
        "What does the blue light on {p} mean?",
        "Is there a way to make the text in {p} larger?",
        "How can I learn more about the {feature}?",
        "Are you planning to support the {feature} on phones?",
    ],
}

# Cores put together from a thing and what is the matter with it: what the thing
# is decides the category. Questions are a beginning and an end instead.
THINGS = {
    "billing": ("invoice", "bill", "payment", "charge", "refund", "receipt", "subscription fee", "price on my bill", "credit note", "discount", "direct debit",
                "bank transfer", "monthly fee", "billing statement", "credit card payment", "amount you charged", "invoice for {p}", "refund for {p}", "bill for {p}", "renewal fee for {p}"),
    "bug": ("{feature}", "{feature} in {p}", "{feature} of {p}", "app", "screen", "{feature} page", "{p} software", "start button", "menu of {p}", "program", "{feature} window", "display of {p}"),
    "account": ("password", "login", "account", "user name", "profile", "access to {p}", "sign-in", "two-factor code", "activation mail", "account of {person}", "login for {p}",
                "user account of {person}", "password for {p}", "admin access", "team account", "password reset"),
    "shipping": ("parcel", "package", "delivery", "shipment", "order", "parcel with {p}", "delivery of {p}", "box with {p}", "shipment to {city}", "package from your shop",
                 "replacement parcel", "order {order}", "delivery to {city}", "return parcel", "courier"),
}
MATTERS = {
    "billing": ("is wrong", "is too high", "is missing", "was never sent", "does not match the contract", "has been booked twice", "shows the wrong amount", "is not correct", "has not been paid back",
                "was taken from my card twice", "is higher than expected", "should be {amount}", "came to {amount} and not {amount2}", "needs to be corrected", "has not reached my bank"),
    "bug": ("does not work", "crashes", "is broken", "freezes", "stays empty", "shows an error", "hangs", "stopped working", "is full of errors", "crashes with error {code}", "does not load",
            "is very slow", "shows nothing", "keeps failing", "has stopped responding", "gives me error {code}", "quits without a message", "goes black", "shows wrong values", "behaves strangely"),
    "account": ("does not work", "is locked", "has expired", "was rejected", "is not accepted", "must be changed", "has been disabled", "is blocked by your system", "should be deleted", "was changed without my knowledge",
                "needs to be reset", "is no longer valid", "has to be removed", "is wrong", "was closed by mistake"),
    "shipping": ("has not arrived", "is late", "got lost", "is missing", "never came", "arrived damaged", "went to the wrong address", "was left in the rain", "is stuck in {city}", "came without the box", "was sent back",
                 "has not left your warehouse", "should have come on {day}", "is still on its way", "was opened on the way", "did not turn up", "is five days late"),
}
MATTER_FORMS = ("The {} {}.", "My {} {}.", "Our {} {}.", "The {} {}, please check it.", "I think that the {} {}.", "It seems that my {} {}.", "Since {{day}} the {} {}.", "Why is it that the {} {}?", "Again the {} {}.", "Please look into this: the {} {}.")
QUESTION_STARTS = ("How do I", "How can I", "Can I", "Is it possible to", "Is there a way to", "Could you tell me how to", "I would like to know how to", "Where can I", "What is the best way to", "Please explain how to", "Am I able to", "I wonder how to")
QUESTION_ENDS = ("print the {feature} from {p}", "connect {p} to a second screen", "share the {feature} with my colleagues", "use {p} abroad", "learn more about {p}", "turn off the {feature}", "clean {p}",
                 "change the language of {p}", "sort the {feature} by date", "use the {feature} on a tablet", "rename the {feature}", "try {p} before I buy it", "charge {p} in a car", "mount {p} on a wall",
                 "copy the {feature} to a memory stick", "see an example of the {feature}", "use {p} with a solar panel", "combine {p} with the {feature}", "set up {p} for my grandmother", "get a newer version of the manual",
                 "use {p} in the rain", "find spare parts for {p}", "show the {feature} in large letters", "switch {p} to silent mode")

DETAILS = {
    "billing": [
        "The amount on my statement is {amount}.", "The invoice number is {order}.",
        "I paid by credit card on {day}.", "Our bank confirmed the payment.",
        "Please correct the bill.", "I can send you a copy of the receipt.",
        "The contract says {amount}.", "Please pay the money back to my card.",
    ],
    "bug": [
        "I have already restarted it {n} times.", "The log only says error {code}.",
        "It worked fine before the update.", "My colleagues see the same thing.",
        "I can send a screenshot.", "Reinstalling did not help.",
        "It happens on two different computers.", "We run version {version}.",
    ],
    "account": [
        "My user name is {login}.", "The old address no longer exists.",
        "I have tried to reset the password {n} times.", "I checked the spam folder as well.",
        "The login page only says that access is denied.", "I am the owner of the account.",
        "My new address is {login} at example dot com.", "Nobody in our team can sign in for me.",
    ],
    "shipping": [
        "The order number is {order}.", "The tracking page has not changed since {day}.",
        "The box was already open.", "I was at home all day.",
        "Our address is in {city}.", "The courier could not help me.",
        "I can send photos of the package.", "The parcel was promised for {day}.",
    ],
    "question": [
        "I could not find anything about it in the manual.", "I read the help page, but it was not clear to me.",
        "A short answer is enough.", "A colleague told me that it should be possible.",
        "I am thinking about buying a second one.", "We would like to use it in our team of {n}.",
        "Is there a page where I can read about it?", "I am new to this.",
    ],
}

SUBJECTS = {
    "billing": ["Wrong invoice", "Refund", "Invoice {order}", "Charged twice", "Payment problem", "Question about my bill", "Billing", "Money back"],
    "bug": ["Crash", "Error {code}", "{P} is broken", "It does not work", "Bug report", "Problem after the update", "Broken {feature}", "Something is wrong with {p}"],
    "account": ["Login", "Cannot sign in", "My account", "Password", "New user", "Access to {p}", "Account locked", "Change of address in my profile"],
    "shipping": ["Where is my parcel?", "Order {order}", "Delivery", "Missing package", "Late delivery", "Tracking {order}", "Damaged box", "My order"],
    "question": ["A question", "Question about {p}", "How does it work?", "Information", "{feature}", "Can you help me understand?", "Before I buy", "Just asking"],
}
NEUTRAL_SUBJECTS = ["Hello", "Help needed", "{p}", "Please help", "A request", "About {p}", "Support request", "{p}, please read", "(no subject)"]

# Urgency 2 is the absence of any of these.
URGENCY = {
    1: [
        "There is no hurry.", "Whenever you have time.", "No rush at all.", "This is not urgent.",
        "Take your time.", "It can wait.", "Please look at it whenever it suits you.",
        "Low priority for us.", "An answer next month is fine.", "I am in no hurry with this.",
        "Just look into it when you get a chance.", "This can easily wait a few weeks.",
    ],
    3: [
        "Please answer this week.", "I need this by the end of the week.", "It would be good to have this soon.",
        "Please get back to me in the next few days.", "We need it before {day}.", "Please reply soon.",
        "I hope this can be solved this week.", "We would like to have it done by {day}.",
        "Could you look at it in the coming days?", "It should be fixed soon.",
        "The sooner the better, but this week is fine.", "Please do not let it wait longer than {day}.",
    ],
    4: [
        "I need an answer today.", "Please fix this by tomorrow.", "This has to be done today.",
        "Please reply as soon as possible.", "We need it tomorrow morning.", "It must be solved before tonight.",
        "Our deadline is tomorrow.", "Please call me back today.", "I have a meeting about it tomorrow.",
        "Please take care of it asap.", "Today is the last day for us.", "We have to know by this afternoon.",
    ],
    5: [
        "This is urgent!", "We are completely blocked.", "This is an emergency.", "Please help immediately!",
        "Our whole team is blocked.", "All work has stopped because of this.", "We need help right now.",
        "Everything is down.", "It is extremely urgent.", "This is critical for us.",
        "Nobody here can work until this is solved.", "URGENT, please act at once.",
    ],
}
URGENT_SUBJECT_PREFIXES = ["URGENT: ", "Urgent - ", "EMERGENCY: ", "Critical: "]

PRODUCT_SENTENCES = [
    "This is about {p}.", "The product is {p}.", "I am using {p}.", "We have had {p} since {month}.",
    "I bought {p} in {month}.", "Product: {p}", "It concerns {p}.", "We use {p} in our office in {city}.",
    "My {bare} is two years old.", "I am talking about {p}.",
]
DISTRACTORS = [
    "I hope you are well.", "We have been customers for {n} years.", "The weather in {city} is lovely.",
    "My colleague {person} told me to write to you.", "I am writing from {city}.",
    "I tried to phone you on {day}.", "Your shop in {city} was very friendly.", "I found your address on the website.",
    "I am on holiday in {month}.", "Sorry for the long message.", "I already wrote to you in {month}.",
    "We are a small company with {n} people.", "Otherwise I am very happy.", "You can reach me by phone.",
    "{company} is a great place to work.", "My English is not perfect.", "I am not sure who is responsible.",
    "{person} is in copy.", "I work for {company}.", "The last time you helped me very quickly.",
    "Everything else is fine.", "Please forward this to the right person.", "Our office is on the second floor.",
]
# Mentions of another topic that must not change the category.
RED_HERRINGS = {
    "billing": ["The invoice was fine, by the way.", "I have already paid."],
    "bug": ["The app itself works well.", "There are no errors."],
    "account": ["Signing in works.", "My account is fine."],
    "shipping": ["The parcel arrived quickly.", "Delivery was no problem."],
    "question": ["I have one more thing to ask another day.", "The manual is very clear."],
}
GREETINGS = ["Hello,", "Hi,", "Hi there,", "Dear support team,", "Good morning,", "Hey,", "Dear Sir or Madam,", "Hello support,", "Good evening,", "To whom it may concern,", "Hi team,"]
THANKS = ["Thank you.", "Thanks!", "Many thanks in advance.", "Thanks for your help.", "I appreciate your help.", "Thank you very much.", "Cheers,"]
CLOSINGS = ["Best regards,", "Kind regards,", "Regards,", "Yours,", "Best,", "Greetings from {city},", "Sincerely,", ""]
FEATURES = ["calendar", "search", "report page", "export", "printer", "camera", "map", "dashboard", "photo album", "contact list",
            "timer", "voice control", "settings page", "backup", "import", "chart", "notes", "alarm", "shared folder", "night mode",
            "translation", "keyboard", "start page", "weekly summary", "file list", "reminder", "scanner", "filter", "music player", "history"]
GENERIC = ["the app", "the device", "your product", "the software", "the unit", "my order", "the program", "the machine"]
PRODUCT_FORMS = ["{}"] * 6 + ["the {}", "my {}", "our {}", "the {} app", "your {}", "{} Pro", "{} 2", "the new {}"]


@dataclass(frozen=True)
class Ticket:
    """One ticket and its labels; `answer` is what the model has to write."""

    text: str
    category: str
    urgency: int
    product: str

    @property
    def answer(self) -> str:
        return json.dumps({"category": self.category, "urgency": self.urgency, "product": self.product})


def make_ticket(rng: random.Random, held_out: bool = False) -> Ticket:
    """A random ticket; held-out tickets use combinations that training never sees."""
    while True:
        category = rng.choice(CATEGORIES)
        urgency = rng.choice((1, 2, 2, 3, 4, 5))
        product = rng.choice(PRODUCTS) if rng.random() < 0.72 else "none"
        core = rng.choice(CORES[category]) if rng.random() < 0.6 else _assembled_core(rng, category)
        phrase = rng.choice(URGENCY[urgency]) if urgency in URGENCY else ""
        if _is_reserved(core, phrase, product) == held_out:
            return Ticket(_compose(rng, category, urgency, product, core, phrase), category, urgency, product)


def _assembled_core(rng: random.Random, category: str) -> str:
    """A core sentence put together from parts, still with its slots."""
    if category == "question":
        return f"{rng.choice(QUESTION_STARTS)} {rng.choice(QUESTION_ENDS)}?"
    return rng.choice(MATTER_FORMS).format(rng.choice(THINGS[category]), rng.choice(MATTERS[category]))


def _is_reserved(core: str, phrase: str, product: str) -> bool:
    """Whether this combination is kept for evaluation (about one in eight)."""
    return zlib.crc32(f"{core}|{phrase}|{product}".encode()) % 8 == 0


def _compose(rng: random.Random, category: str, urgency: int, product: str, core: str, phrase: str) -> str:
    slots = _slots(rng, product)
    subject = _subject(rng, category, urgency) if rng.random() < 0.6 else ""
    body = [core]
    named = product != "none" and any("{p}" in part or "{P}" in part for part in (core, subject))
    if product != "none" and not named:
        body.insert(rng.choice((0, 1, 1)), rng.choice(PRODUCT_SENTENCES))
    extras = rng.sample(DETAILS[category], rng.choice((0, 0, 1, 1, 2)))
    extras += rng.sample(DISTRACTORS, rng.choice((0, 0, 1, 1, 2)))
    if rng.random() < 0.12:
        extras.append(rng.choice(RED_HERRINGS[rng.choice([name for name in CATEGORIES if name != category])]))
    for sentence in extras + ([phrase] if phrase else []):
        body.insert(rng.randint(0, len(body)) if rng.random() < 0.5 else len(body), sentence)

    lines = []
    if subject:
        lines.append(rng.choice(("Subject: ", "Subject: ", "Re: ", "")) + subject)
    if rng.random() < 0.6:
        lines.append(rng.choice(GREETINGS))
    lines.append(_paragraphs(rng, body))
    if rng.random() < 0.45:
        lines.append(rng.choice(THANKS))
    if rng.random() < 0.5:
        lines.append(_signature(rng))
    text = rng.choice(("\n", "\n", "\n\n")).join(line for line in lines if line)
    return _noise(rng, text.format(**slots))


def _slots(rng: random.Random, product: str) -> dict:
    if product == "none":
        phrase, bare = rng.choice(GENERIC), "device"
    else:
        name = rng.choice((product,) * 10 + (product.lower(), product.upper()))
        phrase, bare = rng.choice(PRODUCT_FORMS).format(name), name
    city, city2 = rng.sample(CITIES, 2)
    low, high = rng.sample(AMOUNTS, 2)
    cents = rng.choice(("", "", f".{rng.randint(0, 99):02d}"))
    sign = rng.choice(("${}", "{} euros", "€{}", "{} EUR", "£{}"))
    return {
        "p": phrase, "P": phrase[0].upper() + phrase[1:], "bare": bare,
        "amount": sign.format(f"{low + rng.randint(0, 9)}{cents}"), "amount2": sign.format(high),
        "order": rng.choice(("{}", "#{}", "A-{}", "no. {}")).format(rng.randint(1000, 99999)),
        "code": rng.choice((str(rng.randint(100, 999)), f"E{rng.randint(10, 99)}", f"0x{rng.randint(16, 255):x}")),
        "n": rng.randint(2, 60), "version": f"{rng.randint(1, 9)}.{rng.randint(0, 20)}",
        "day": rng.choice(DAYS), "month": rng.choice(MONTHS), "city": city, "city2": city2,
        "feature": rng.choice(FEATURES), "person": rng.choice(PEOPLE), "company": rng.choice(COMPANIES),
        "login": rng.choice(PEOPLE).lower() + str(rng.randint(1, 99)),
    }


def _subject(rng: random.Random, category: str, urgency: int) -> str:
    subject = rng.choice(SUBJECTS[category] if rng.random() < 0.6 else NEUTRAL_SUBJECTS)
    if urgency == 5 and rng.random() < 0.3:
        subject = rng.choice(URGENT_SUBJECT_PREFIXES) + subject
    return subject


def _paragraphs(rng: random.Random, sentences: list) -> str:
    """Joins sentences with spaces, now and then with a line break."""
    text = sentences[0]
    for sentence in sentences[1:]:
        text += ("\n" if rng.random() < 0.15 else " ") + sentence
    return text


def _signature(rng: random.Random) -> str:
    name = rng.choice(PEOPLE)
    if rng.random() < 0.5:
        name += " " + rng.choice(SURNAMES)
    if rng.random() < 0.3:
        name += rng.choice(("\n", ", ")) + rng.choice(COMPANIES)
    return "\n".join(part for part in (rng.choice(CLOSINGS), name) if part)


def _noise(rng: random.Random, text: str) -> str:
    """Sometimes all lower case, sometimes without punctuation, sometimes with typos."""
    if rng.random() < 0.1:
        text = text.lower()
    elif rng.random() < 0.03:
        text = text.upper()
    if rng.random() < 0.05:
        text = text.replace(".", "").replace(",", "")
    if rng.random() < 0.25:
        text = _typos(rng, text, rng.randint(1, 3))
    return text


def _typos(rng: random.Random, text: str, count: int) -> str:
    """Swaps, drops or doubles a letter inside long words; product names stay whole."""
    words = text.split(" ")
    names = {name.lower() for name in PRODUCTS}
    candidates = [i for i, word in enumerate(words)
                  if len(word) > 5 and word.isalpha() and word.lower() not in names]
    for i in rng.sample(candidates, min(count, len(candidates))):
        word, at = words[i], rng.randint(1, len(words[i]) - 3)
        words[i] = rng.choice((
            word[:at] + word[at + 1] + word[at] + word[at + 2:],
            word[:at] + word[at + 1:],
            word[:at] + word[at] + word[at:],
        ))
    return " ".join(words)


def held_out_tickets(count: int = 500, seed: str = "held-out") -> list:
    """The evaluation set: fixed seed, reserved combinations only, no text twice."""
    rng, tickets = random.Random(f"fledgling/{seed}"), {}
    while len(tickets) < count:
        ticket = make_ticket(rng, held_out=True)
        tickets.setdefault(ticket.text, ticket)
    return list(tickets.values())
