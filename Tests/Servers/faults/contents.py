"""Faults in what the stream says, over a connection that works."""

from faults.protocols import PIECES

JSON_PIECES = PIECES[:3]
SENTENCE = "an error was encountered while running the model: the owl flew away"
NOT_JSON = b"I am an owl, not JSON."


def not_json(exchange):
    exchange.stream(exchange.protocol.raw(NOT_JSON))


def error_in_stream(exchange):
    """For OpenAI as llama-server had it until September 2025, in a field that no standard knows."""
    line = exchange.protocol.error_line(SENTENCE)
    _after_two_tokens(exchange, line.replace(b"data: ", b"error: ", 1))


def error_event(exchange):
    line = exchange.protocol.error_line(SENTENCE)
    _after_two_tokens(exchange, b"event: error\n" + line if exchange.protocol.name == "openai" else line)


def error_chunk(exchange):
    _after_two_tokens(exchange, exchange.protocol.error_line(SENTENCE))


def _after_two_tokens(exchange, line):
    exchange.stream(*_pieces(exchange, PIECES[:2]), line)


def _pieces(exchange, texts):
    return [exchange.protocol.piece(text) for text in texts]


def schema_ignored(exchange):
    words = ["Sure! ", "This ticket ", "is about ", "a bug."]
    exchange.stream(*_pieces(exchange, words), exchange.protocol.ending(count=len(words)))


def json_in_reasoning(exchange):
    thoughts = [exchange.protocol.thought(text) for text in JSON_PIECES]
    exchange.stream(*thoughts, exchange.protocol.ending(count=len(thoughts)))


def reasoning_only(exchange):
    thoughts = [exchange.protocol.thought(text) for text in ("Perhaps ", "it is ", "a bug.")]
    exchange.stream(*thoughts, exchange.protocol.ending(count=len(thoughts)))


def empty(exchange):
    exchange.stream(exchange.protocol.ending(count=1))


def truncated_prompt(exchange):
    exchange.protocol.prompt = 16
    exchange.good()


def wrong_model(exchange):
    exchange.protocol.model = "raven"
    exchange.good()


def finish_length(exchange):
    exchange.stream(*_pieces(exchange, PIECES[:2]), exchange.protocol.ending("length", 2))


def null_fields(exchange):
    """Lines with null, with nothing, or with an empty list where text is expected; then the good answer."""
    protocol = exchange.protocol
    if protocol.name == "ollama":
        odd = [protocol.object({"role": "assistant", "content": None}, done=False), protocol.object(None, done=False),
               {"model": protocol.model, "done": False}]
    else:
        odd = [protocol.object([protocol.choice({"role": "assistant", "content": None})]),
               protocol.object([{"index": 0, "finish_reason": None}]), protocol.object([]),
               protocol.object([protocol.choice(None)]), protocol.object([], usage=None)]
    exchange.stream(*(protocol.data(value) for value in odd), exchange.good_bytes())


def done_missing(exchange):
    """OpenAI: no [DONE]. Ollama, whose last line is the end: no end of the chunked body after it."""
    exchange.start()
    exchange.tokens()
    if exchange.protocol.name == "ollama":
        exchange.part(exchange.protocol.ending())
    else:
        exchange.part(exchange.protocol.finish())
        exchange.end()
    exchange.close()


def extra_after_done(exchange):
    exchange.stream(exchange.good_bytes(), *_pieces(exchange, ["and ", "more"]), exchange.protocol.ending("length", 2))


def negative_tokens(exchange):
    """Below nothing, and more than 64 bits hold."""
    _with_numbers(exchange, [-7, 10**20, -(10**20)])


def nan_numbers(exchange):
    _with_numbers(exchange, [float("nan")] * 3)


def _with_numbers(exchange, values):
    numbers = dict(zip(exchange.protocol.numbers(0), values))
    exchange.stream(*_pieces(exchange, PIECES), exchange.protocol.ending(numbers=numbers))


def deep_json(exchange):
    deep = b'{"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    exchange.stream(exchange.protocol.raw(deep), exchange.good_bytes())


def tool_call(exchange):
    """Ollama's arguments are an object, and its reason stays "stop"; OpenAI's are a text."""
    protocol = exchange.protocol
    if protocol.name == "ollama":
        call = {"function": {"name": "look_up", "arguments": {"bird": "owl"}}}
        exchange.stream(protocol.piece("", tool_calls=[call]), protocol.ending(count=1))
    else:
        call = {"index": 0, "id": "call_1", "type": "function",
                "function": {"name": "look_up", "arguments": '{"bird":"owl"}'}}
        exchange.stream(protocol.piece(None, tool_calls=[call]), protocol.ending("tool_calls", 1))


def content_filter(exchange):
    exchange.stream(*_pieces(exchange, PIECES[:2]), exchange.protocol.ending("content_filter", 2))


def two_choices(exchange):
    """The good answer is choice 0; another one comes in between. Ollama has no such thing: good."""
    protocol = exchange.protocol
    if protocol.name == "ollama":
        exchange.good()
        return
    lines = []
    for text in PIECES:
        lines.append(protocol.data(protocol.object([protocol.choice({"content": "caw "}, index=1)])))
        lines.append(protocol.piece(text))
    lines.append(protocol.data(protocol.object([protocol.choice({}, "length", index=1)])))
    exchange.stream(*lines, protocol.ending())


FAULTS = {
    "not-json": not_json,
    "error-in-stream": error_in_stream,
    "error-event": error_event,
    "error-chunk-openai": error_chunk,
    "schema-ignored": schema_ignored,
    "json-in-reasoning": json_in_reasoning,
    "reasoning-only": reasoning_only,
    "empty": empty,
    "truncated-prompt": truncated_prompt,
    "wrong-model": wrong_model,
    "finish-length": finish_length,
    "null-fields": null_fields,
    "done-missing": done_missing,
    "extra-after-done": extra_after_done,
    "negative-tokens": negative_tokens,
    "nan-numbers": nan_numbers,
    "deep-json": deep_json,
    "tool-call": tool_call,
    "content-filter": content_filter,
    "two-choices": two_choices,
}
