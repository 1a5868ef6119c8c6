"""Times our engine on requests that share a beginning, against what else runs a GGUF file.

    engine.py [MODEL.gguf] [options]

The work: 64 requests of a shared preamble of 1000 tokens and 61 of their own, 48 generated, greedy. Both numbers count
the chat format's tokens, so a prompt has 1061. It goes to four sides, which all evaluate the same tokens:

- ours: `engine-bench WORK.json`, which prints one line of JSON: seconds, prompt_tokens, evaluated_tokens (of prompts),
  generated_tokens, decode_calls; if it also has texts, a list, they are compared.
- one-by-one: llama-cpp-python's `Llama`, which keeps what a prompt has in common with the last one.
- bare: the loop that one writes on libllama oneself: 16 sequences at once, the preamble evaluated once and copied.
- server: llama-server, where LLAMA_SERVER names it, with 1, 4 and 8 slots; the best counts.

Each side has answered one other request, of another preamble, before its time begins; loading is not in it.
With --schema every answer is JSON of eight keys: then the sides need not generate the same number of tokens.
Needs llama-cpp-python. Run it with nothing beside it; the models are those of make_models.py.
"""

import argparse
import ctypes
import http.client
import itertools
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import llama_cpp
import numpy
from llama_cpp import Llama, LlamaGrammar

ROOT = Path(__file__).resolve().parent.parent
MODEL = ROOT / ".deps/bench-models/llama-0.35b-q8_0.gguf"
ENGINE = ROOT / ".build/release/engine-bench"
SIDES = ["ours", "one-by-one", "bare", "server"]
SEQUENCES = 16
BATCH = 512
# Far above what a slow machine needs: they only keep a side that hangs from hanging the benchmark.
SIDE_LIMIT, START_LIMIT = 3600, 120

WORDS = """
invoice lamp parcel customer window garden letter morning answer machine winter bridge river market teacher station
school kitchen number paper answer record minute summer harbour engine bottle ticket orchard compass kettle blanket
reads writes finds keeps opens sends counts needs brings carries follows checks explains returns repairs closes
small broken early careful missing yellow heavy quiet second former useful narrow common clear simple foreign
and with under after before without between because while until about from near every another this that some
""".split()

SCHEMA = {
    "type": "object",
    "properties": {
        "category": {"enum": ["billing", "bug", "account", "shipping", "question"]},
        "urgency": {"enum": ["none", "low", "normal", "high", "urgent"]},
        "product": {"enum": ["Lantern", "Harbor", "Thimble", "Kestrel", "Orchard"]},
        "mood": {"enum": ["calm", "worried", "angry", "thankful"]},
        "language": {"enum": ["English", "German", "French", "Portuguese"]},
        "channel": {"enum": ["email", "telephone", "letter", "website"]},
        "follow_up": {"enum": ["never", "today", "tomorrow", "next week"]},
        "department": {"enum": ["support", "finance", "warehouse", "development"]},
    },
    "additionalProperties": False,
}
SCHEMA["required"] = list(SCHEMA["properties"])


@llama_cpp.llama_log_callback
def log_errors(level, text, data):
    # GGML_LOG_LEVEL_ERROR, which the package does not name.
    if level == 4:
        sys.stderr.write(text.decode(errors="replace"))


# The work

class Tokenizer:
    def __init__(self, model):
        self.llama = Llama(str(model), vocab_only=True, verbose=False)

    def encode(self, text):
        return self.llama.tokenize(text.encode(), add_bos=False, special=True)

    def decode(self, tokens):
        return self.llama.detokenize(tokens).decode(errors="replace")


def before_own(system):
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n"


def from_own(user):
    return f"{user}<|im_end|>\n<|im_start|>assistant\n"


def words(source, first):
    """Sentences without end, by the word."""
    word = first.capitalize()
    while True:
        for _ in range(source.randrange(6, 12)):
            yield word
            word = source.choice(WORDS)
        yield word + "."
        word = source.choice(WORDS).capitalize()


def text_of(tokenizer, count, frame, source, first):
    """A text that has exactly so many tokens within its frame."""
    text = ""
    for tries, word in enumerate(words(source, first)):
        longer = f"{text} {word}" if text else word
        tokens = len(tokenizer.encode(frame(longer)))
        if tokens == count:
            return longer
        # One that is too long for the end is left out; another one will fit.
        if tokens < count:
            text = longer
        if tries > 20 * count:
            sys.exit(f"a text of {count} tokens with the chat format around it cannot be made: choose more")


@dataclass
class Work:
    model: str
    threads: int
    extra_buffers: bool
    generate: int
    schema: bool
    requests: list
    warm_up: dict
    prompts: list
    warm_up_prompt: list

    @property
    def context(self):
        """What one request needs; libllama rounds up to whole 256s itself."""
        return (max(map(len, [*self.prompts, self.warm_up_prompt])) + self.generate + 255) // 256 * 256

    @property
    def prompt_tokens(self):
        return sum(map(len, self.prompts))

    def write(self, path):
        path.write_text(json.dumps({
            "model": self.model, "threads": self.threads, "extra_buffers": self.extra_buffers, "context": self.context,
            "temperature": 0, "warm_up": self.warm_up, "requests": self.requests}, indent=1))


def make_work(arguments, extra_buffers):
    tokenizer = Tokenizer(arguments.model)
    source = random.Random(5)

    def request(system, first):
        user = text_of(tokenizer, arguments.own, from_own, source, first)
        more = {"schema": SCHEMA} if arguments.schema else {}
        return {"system": system, "user": user, "max_tokens": arguments.generate, **more}

    # The first words differ, so that nothing of one warms the other.
    other, preamble = (text_of(tokenizer, arguments.preamble, before_own, source, word) for word in ["Other", "You"])
    requests = [request(preamble, WORDS[number % len(WORDS)]) for number in range(arguments.requests)]
    warm_up = request(other, "warm")
    prompts = [tokenizer.encode(before_own(one["system"]) + from_own(one["user"])) for one in [*requests, warm_up]]
    return tokenizer, Work(
        str(arguments.model), arguments.threads, extra_buffers, arguments.generate, arguments.schema,
        requests, warm_up, prompts[:-1], prompts[-1])


def extra_buffers_work(model):
    """Whether libllama survives its own way to lay out weights, tried in a process of its own.

    Built by GCC 12 for a processor with AMX, it dies of an illegal instruction with most quantized models: the
    compiler drops most of what configures the tiles. Then all sides do without.
    """
    child = os.fork()
    if child == 0:
        try:
            llama = open_llama(model, True, n_ctx=256, n_threads=2)
            llama.eval(list(range(64)))
        except BaseException as error:
            print(error, file=sys.stderr)
            os._exit(1)
        os._exit(0)
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGILL:
        print("libllama's AMX code crashes here: every side runs without extra buffer types", file=sys.stderr)
        return False
    if status != 0:
        sys.exit(f"libllama cannot run {model}")
    return True


# The sides

@dataclass
class Result:
    side: str
    seconds: float
    prompt_tokens: int
    evaluated: int
    generated: int
    calls: int | None
    # As tokens or as texts, in the order of the requests.
    answers: list = field(default_factory=list)


def common(one, other):
    length = 0
    while length < min(len(one), len(other)) and one[length] == other[length]:
        length += 1
    return length


def run_ours(work, arguments, tokenizer):
    with tempfile.TemporaryDirectory() as name:
        path = arguments.work or Path(name) / "work.json"
        work.write(path)
        ended = subprocess.run(
            [arguments.engine, str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
            timeout=SIDE_LIMIT)
    if ended.returncode != 0:
        sys.exit(f"{arguments.engine} ended with {ended.returncode}")
    line = json.loads(ended.stdout.strip().splitlines()[-1])
    return Result(
        "ours", line["seconds"], line["prompt_tokens"], line["evaluated_tokens"], line["generated_tokens"],
        line["decode_calls"], line.get("texts", []))


class CountingLlama(Llama):
    """Keeps what the high-level interface does not tell: the calls, what they evaluate, and the answer's tokens."""

    calls = evaluated = 0
    sampled = ()

    def eval(self, tokens):
        self.calls += -(-len(tokens) // self.n_batch)
        self.evaluated += len(tokens)
        super().eval(tokens)

    def sample(self, *arguments, **options):
        token = super().sample(*arguments, **options)
        self.sampled = [*self.sampled, token]
        return token


def open_llama(model, extra_buffers, kind=Llama, **options):
    """`Llama` has no option for the extra buffer types: it takes what the defaults say."""
    defaults = llama_cpp.llama_model_default_params

    def changed():
        parameters = defaults()
        parameters.use_extra_bufts = extra_buffers
        return parameters

    llama_cpp.llama_cpp.llama_model_default_params = changed
    try:
        return kind(str(model), verbose=False, **options)
    finally:
        llama_cpp.llama_cpp.llama_model_default_params = defaults


def run_one_by_one(work, arguments, tokenizer):
    llama = open_llama(
        work.model, work.extra_buffers, CountingLlama, n_ctx=work.context, n_batch=BATCH, n_threads=work.threads,
        n_threads_batch=work.threads)
    grammar = LlamaGrammar.from_json_schema(json.dumps(SCHEMA), verbose=False) if work.schema else None

    def complete(prompt):
        llama.sampled = []
        llama.create_completion(prompt, max_tokens=work.generate, temperature=0, grammar=grammar)
        return [token for token in llama.sampled if not is_end(llama, token)]

    with closing(llama):
        complete(work.warm_up_prompt)
        llama.calls = llama.evaluated = 0
        began = time.perf_counter()
        answers = [complete(prompt) for prompt in work.prompts]
        seconds = time.perf_counter() - began
        generated = sum(map(len, answers))
        # The last token of an answer is not evaluated any more; an end that was sampled makes the one before it be.
        ended = sum(len(answer) < work.generate for answer in answers)
        evaluated = llama.evaluated - (generated - len(answers) + ended)
        return Result(
            "one-by-one", seconds, work.prompt_tokens, evaluated, generated, llama.calls, answers)


def is_end(llama, token):
    return llama_cpp.llama_vocab_is_eog(llama._model.vocab, token)


@dataclass
class Sequence:
    number: int
    prompt: list
    evaluated: int
    answer: list = field(default_factory=list)


class BareLoop:
    """Continuous batching on libllama itself, with nothing that is not needed."""

    def __init__(self, work):
        parameters = llama_cpp.llama_model_default_params()
        parameters.use_extra_bufts = work.extra_buffers
        self.model = llama_cpp.llama_model_load_from_file(work.model.encode(), parameters)
        self.words = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self.model))
        shared = self.shared(work.prompts)
        longest = max(len(prompt) for prompt in [*work.prompts, work.warm_up_prompt])
        own = max(len(prompt) - shared for prompt in work.prompts) + work.generate
        settings = llama_cpp.llama_context_default_params()
        # Of both what the work takes and what the request before it takes.
        settings.n_ctx = max(shared + SEQUENCES * own, longest + work.generate)
        # The first holds the preamble.
        settings.n_seq_max = SEQUENCES + 1
        settings.n_batch = settings.n_ubatch = BATCH
        settings.n_threads = settings.n_threads_batch = work.threads
        settings.kv_unified = True
        self.context = llama_cpp.llama_init_from_model(self.model, settings)
        self.memory = llama_cpp.llama_get_memory(self.context)
        self.batch = llama_cpp.llama_batch_init(BATCH, 0, 1)
        self.calls = self.evaluated = 0

    def close(self):
        llama_cpp.llama_batch_free(self.batch)
        llama_cpp.llama_free(self.context)
        llama_cpp.llama_model_free(self.model)

    @staticmethod
    def shared(prompts):
        """How many tokens all begin with; at least one is left for the logits."""
        return min(min(common(prompts[0], prompt), len(prompt) - 1) for prompt in prompts)

    def add(self, token, position, sequence, wanted):
        batch, index = self.batch, self.batch.n_tokens
        batch.token[index], batch.pos[index], batch.logits[index] = token, position, wanted
        batch.n_seq_id[index] = 1
        batch.seq_id[index][0] = sequence
        batch.n_tokens = index + 1
        return index

    def decode(self):
        if status := llama_cpp.llama_decode(self.context, self.batch):
            sys.exit(f"llama_decode: {status}")
        self.calls += 1
        self.batch.n_tokens = 0

    def best(self, index):
        logits = llama_cpp.llama_get_logits_ith(self.context, index)
        return int(numpy.ctypeslib.as_array(logits, (self.words,)).argmax())

    def hold_preamble(self, tokens):
        for position, token in enumerate(tokens):
            self.add(token, position, 0, False)
            if self.batch.n_tokens == BATCH or position + 1 == len(tokens):
                self.decode()
        self.evaluated += len(tokens)

    def answers(self, prompts, generate):
        llama_cpp.llama_memory_clear(self.memory, True)
        shared = self.shared(prompts)
        self.hold_preamble(prompts[0][:shared])
        waiting, free, active = deque(enumerate(prompts)), list(range(1, SEQUENCES + 1)), {}
        answers = [None] * len(prompts)
        while waiting or active:
            while waiting and free:
                number, prompt = waiting.popleft()
                place = free.pop()
                llama_cpp.llama_memory_seq_cp(self.memory, 0, place, 0, shared)
                active[place] = Sequence(number, prompt, shared)
            for place, index in self.fill(active):
                sequence = active[place]
                sequence.answer.append(self.best(index))
                if len(sequence.answer) == generate:
                    answers[sequence.number] = sequence.answer
                    llama_cpp.llama_memory_seq_rm(self.memory, place, -1, -1)
                    del active[place]
                    free.append(place)
        return answers

    def fill(self, active):
        """Evaluates a batch: first the answers' tokens, then of the prompts as many as there is room for."""
        wanted = []
        for place, sequence in active.items():
            if sequence.answer:
                position = len(sequence.prompt) + len(sequence.answer) - 1
                wanted.append((place, self.add(sequence.answer[-1], position, place, True)))
        for place, sequence in active.items():
            end = min(len(sequence.prompt), sequence.evaluated + BATCH - self.batch.n_tokens)
            for position in range(sequence.evaluated, end):
                last = position + 1 == len(sequence.prompt)
                index = self.add(sequence.prompt[position], position, place, last)
                if last:
                    wanted.append((place, index))
            self.evaluated += end - sequence.evaluated
            sequence.evaluated = end
        self.decode()
        return wanted


def run_bare(work, arguments, tokenizer):
    if work.schema:
        print("bare: left out, it has no schemas", file=sys.stderr)
        return None
    with closing(BareLoop(work)) as loop:
        loop.answers([work.warm_up_prompt], work.generate)
        loop.calls = loop.evaluated = 0
        began = time.perf_counter()
        answers = loop.answers(work.prompts, work.generate)
        seconds = time.perf_counter() - began
        return Result(
            "bare", seconds, work.prompt_tokens, loop.evaluated, sum(map(len, answers)), loop.calls, answers)


class Server:
    def __init__(self, program, work, slots):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.log = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [program, "-m", work.model, "--host", "127.0.0.1", "--port", str(self.port), "-ngl", "0", "--metrics",
             "-np", str(slots), "-c", str(slots * work.context), "-t", str(work.threads), "-tb", str(work.threads),
             *([] if work.extra_buffers else ["--no-repack"])],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        end = time.monotonic() + START_LIMIT
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.log.seek(0)
                tail = self.log.read()[-2000:]
                self.close()
                sys.exit(f"{program} does not start:\n{tail}")
            time.sleep(0.2)

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def ask(self, method, path, body=None):
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=SIDE_LIMIT)) as connection:
            connection.request(method, path, body and json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def is_ready(self):
        try:
            return self.ask("GET", "/health")[0] == 200
        except OSError:
            return False

    def calls(self):
        """The decode calls so far, where this version counts them."""
        for line in self.ask("GET", "/metrics")[1].splitlines():
            if line.startswith("llamacpp:n_decode_total "):
                return int(float(line.split()[1]))

    def complete(self, prompt, work):
        end = {"json_schema": SCHEMA} if work.schema else {"ignore_eos": True}
        status, text = self.ask("POST", "/completion", {
            "prompt": prompt, "n_predict": work.generate, "temperature": 0, "cache_prompt": True,
            "return_tokens": True, **end})
        if status != 200:
            sys.exit(f"llama-server answers {status}: {text[:500]}")
        return json.loads(text)


def run_server(work, arguments, tokenizer):
    program = os.environ.get("LLAMA_SERVER")
    if not program:
        print("server: left out, as LLAMA_SERVER does not name a llama-server", file=sys.stderr)
        return None
    results = []
    for slots in [1, 4, 8]:
        with closing(Server(program, work, slots)) as server, ThreadPoolExecutor(slots) as pool:
            server.complete(work.warm_up_prompt, work)
            before = server.calls()
            began = time.perf_counter()
            answers = list(pool.map(lambda prompt: server.complete(prompt, work), work.prompts))
            seconds = time.perf_counter() - began
            calls = None if before is None else server.calls() - before
        results.append(Result(
            f"server, slots: {slots}", seconds, work.prompt_tokens, sum(one["timings"]["prompt_n"] for one in answers),
            sum(one["tokens_predicted"] for one in answers), calls, [one.get("tokens") for one in answers]))
        print(f"llama-server, slots: {slots}: {seconds:.2f} s", file=sys.stderr)
    return min(results, key=lambda result: result.seconds)


# The report

def report(results):
    ours = next((result for result in results if result.side == "ours"), None)
    head = f"{'':18} {'tokens/s':>9} {'seconds':>9} {'evaluated':>10} {'generated':>10} {'calls':>7} {'ours/its time':>14}"
    print(head)
    for result in results:
        ratio = f"{ours.seconds / result.seconds:.3f}" if ours else "-"
        calls = "-" if result.calls is None else result.calls
        print(
            f"{result.side:18} {result.generated / result.seconds:9.1f} {result.seconds:9.2f} {result.evaluated:10} "
            f"{result.generated:10} {calls:>7} {ratio:>14}")


def report_answers(results, work, tokenizer):
    """Sums in another order may choose another token now and then; from there on an answer is another."""
    given = [result for result in results if result.answers and None not in result.answers]
    texts = {
        result.side: [one if isinstance(one, str) else tokenizer.decode(one) for one in result.answers]
        for result in given}
    for first, second in itertools.combinations(given, 2):
        same = sum(one == other for one, other in zip(texts[first.side], texts[second.side]))
        line = f"the same answers, {first.side} and {second.side}: {same} of {len(work.requests)}"
        if not any(isinstance(one, str) for one in first.answers + second.answers):
            mean = sum(map(common, first.answers, second.answers)) / len(work.requests)
            line += f"; {mean:.1f} tokens until they differ or end"
        print(line)
    if work.schema:
        for side in texts:
            print(f"valid answers, {side}: {sum(map(is_valid, texts[side]))} of {len(work.requests)}")


def is_valid(text):
    try:
        answer = json.loads(text)
    except ValueError:
        return False
    return list(answer) == SCHEMA["required"] and all(
        answer[key] in one["enum"] for key, one in SCHEMA["properties"].items())


def check(results, work):
    """A comparison of unequal work is none."""
    wrong = []
    for result in results:
        if result.prompt_tokens != work.prompt_tokens:
            wrong.append(f"{result.side}: {result.prompt_tokens} tokens of prompts, not {work.prompt_tokens}")
        expected = len(work.requests) * work.generate
        if not work.schema and result.generated != expected:
            wrong.append(f"{result.side}: {result.generated} tokens generated, not {expected}")
    if wrong:
        sys.exit("\n".join(wrong))


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, nargs="?", default=MODEL)
    parser.add_argument("--engine", default=str(ENGINE), help="our program")
    parser.add_argument("--requests", type=int, default=64)
    parser.add_argument("--preamble", type=int, default=1000)
    parser.add_argument("--own", type=int, default=61)
    parser.add_argument("--generate", type=int, help="48; with --schema the most, 400")
    parser.add_argument("--only", default=",".join(SIDES), help="of ours, one-by-one, bare, server")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--schema", action="store_true", help="answers by a JSON schema")
    parser.add_argument("--work", type=Path, help="keep the work in this file")
    arguments = parser.parse_args()
    arguments.model = arguments.model.resolve()
    arguments.generate = arguments.generate or (400 if arguments.schema else 48)
    arguments.only = arguments.only.split(",")
    if unknown := [side for side in arguments.only if side not in SIDES]:
        parser.error(f"there is no side {unknown[0]}: it is one of {', '.join(SIDES)}")
    if not arguments.model.exists():
        parser.error(f"there is no {arguments.model}: make_models.py makes it")
    if "ours" in arguments.only and not os.access(arguments.engine, os.X_OK):
        parser.error(f"there is no program {arguments.engine}: build it, or leave it out with --only")
    return arguments


def main():
    # Without this, a signal would leave a server behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    arguments = parsed()
    llama_cpp.llama_log_set(log_errors, ctypes.c_void_p(0))
    tokenizer, work = make_work(arguments, extra_buffers_work(arguments.model))
    if arguments.work:
        work.write(arguments.work)
    run = {"ours": run_ours, "one-by-one": run_one_by_one, "bare": run_bare, "server": run_server}
    results = [run[side](work, arguments, tokenizer) for side in SIDES if side in arguments.only]
    results = [result for result in results if result]
    print(
        f"{arguments.model.name}: {arguments.requests} requests, {arguments.preamble} tokens shared, {arguments.own} "
        f"own, {arguments.generate} generated{' at most, by a schema' if work.schema else ''}, "
        f"threads: {arguments.threads}")
    report(results)
    report_answers(results, work, tokenizer)
    check(results, work)


if __name__ == "__main__":
    main()
