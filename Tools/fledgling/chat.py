"""The chat format: ChatML, as text, as token numbers and as the Jinja template in the GGUF file."""

END_OF_TEXT, TURN_START, TURN_END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN_START, TURN_END)

TEMPLATE = (
    "{% for message in messages %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)


def turn(role: str, content: str) -> str:
    """One whole turn as text."""
    return f"{TURN_START}{role}\n{content}{TURN_END}\n"


def prompt(messages: list) -> str:
    """The messages, followed by the opening of the answer that the model has to write."""
    return "".join(turn(role, content) for role, content in messages) + f"{TURN_START}assistant\n"


def encode(tokenizer, messages: list) -> tuple:
    """Token numbers of a conversation, and a flag per token that is set for what the model should write."""
    tokens, learn = [], []
    for role, content in messages:
        whole = tokenizer.encode(turn(role, content)).ids
        if role == "assistant":
            before, after = len(tokenizer.encode(f"{TURN_START}assistant\n").ids), len(tokenizer.encode("\n").ids)
            flags = [False] * before + [True] * (len(whole) - before - after) + [False] * after
        else:
            flags = [False] * len(whole)
        tokens += whole
        learn += flags
    return tokens, learn
