"""A GGUF file behind the test servers: the model's own chat template, tokens, and answers piece by piece.

All servers built on it give the same greedy answers, token for token, and the same as Nightjar in process: the prompt
is rendered and tokenized in the same way, every answer starts with an empty cache, and it is evaluated in the same
portions. (Only texts of control tokens inside messages differ: Nightjar keeps them plain text, real servers do not.)
"""

import ctypes
import datetime

import jinja2
import jinja2.ext
import jinja2.sandbox
import llama_cpp

from sampling import SamplerChain
from slot import Slot, pause
from text_stream import Characters, Stops

CHUNK = 256
CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>\\n' }}"
    "{% endfor %}{{ '<|im_start|>assistant\\n' }}")


class BadMessages(Exception):
    """Messages that the chat template refuses."""


class Backend:
    """One model, loaded with one context at a time. Its users take `slot.turn()` before they load or generate.

    `load_delay` is for the servers, which know what counts as loading.
    """

    def __init__(self, path, delay=0.0, load_delay=0.0, queue=512):
        self.path = path
        self.delay = delay
        self.load_delay = load_delay
        self.slot = Slot(queue)
        self.context = 0
        # Stays open for its vocabulary, which is read outside of the slot while the other one is loaded anew.
        self._words = self._open(CHUNK)
        self._vocabulary = llama_cpp.llama_model_get_vocab(self._words.model)
        self._llama = None
        self.metadata = dict(self._words.metadata)
        self.trained_context = llama_cpp.llama_model_n_ctx_train(self._words.model)
        self._template = _environment().from_string(self.metadata.get("tokenizer.chat_template") or CHATML)

    def _open(self, context):
        return llama_cpp.Llama(
            self.path, n_ctx=context, n_batch=CHUNK, n_ubatch=CHUNK, n_threads=1, n_threads_batch=1, verbose=False)

    def load(self, context):
        """Makes the model ready with so many tokens of context. Asked for the same again, it does nothing."""
        if context == self.context:
            return
        self.unload()
        self._llama = self._open(context)
        self.context = context

    def unload(self):
        """The next use loads it again. The vocabulary stays."""
        if self._llama:
            self._llama.close()
        self._llama, self.context = None, 0

    def render(self, messages):
        """The prompt's text, up to where the answer begins."""
        turns = [{"role": message["role"], "content": message["content"]} for message in messages]
        try:
            return self._template.render(
                messages=turns, add_generation_prompt=True, tools=None, documents=None, strftime_now=_strftime_now,
                bos_token=self._text(llama_cpp.llama_vocab_bos(self._vocabulary)),
                eos_token=self._text(llama_cpp.llama_vocab_eos(self._vocabulary)))
        except jinja2.TemplateError as error:
            raise BadMessages(str(error)) from error

    def tokens(self, text):
        """A rendered prompt's tokens: control tokens take effect, and the token that begins a text is there once."""
        tokens = self._words.tokenize(text.encode(), add_bos=False, special=True)
        bos = llama_cpp.llama_vocab_bos(self._vocabulary)
        if llama_cpp.llama_vocab_get_add_bos(self._vocabulary) and bos >= 0 and tokens[:1] != [bos]:
            tokens.insert(0, bos)
        return tokens

    def count(self, messages):
        return len(self.tokens(self.render(messages)))

    def answer(self, tokens, settings, gone):
        return Answer(self, tokens, settings, gone)

    def _text(self, token):
        return llama_cpp.llama_vocab_get_text(self._vocabulary, token).decode() if token >= 0 else ""

    def _bytes(self, token):
        buffer = ctypes.create_string_buffer(256)
        length = llama_cpp.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, False)
        return buffer.raw[:max(0, length)]


class Answer:
    """Iterates over the pieces of an answer. Afterwards `finish` says why it ended, `sampled` how many tokens it took.

    `sampled` counts the token that ended the answer, as llama.cpp's own server does.
    """

    def __init__(self, backend, tokens, settings, gone):
        self._backend = backend
        self._prompt = tokens
        self._settings = settings
        self._gone = gone
        self._chain = SamplerChain(backend._vocabulary, settings, tokens)
        self.prompt_count = len(tokens)
        self.sampled = 0
        self.finish = None

    def __iter__(self):
        try:
            yield from self._pieces()
        finally:
            self._chain.close()

    def _pieces(self):
        backend, llama = self._backend, self._backend._llama
        characters, stops = Characters(), Stops(self._settings.stop)
        llama.reset()
        new = self._prompt
        while not self._is_full():
            pause(backend.delay if self.sampled else 0, self._gone)
            llama.eval(new)
            token = self._chain.sample(llama.ctx)
            self.sampled += 1
            if llama_cpp.llama_vocab_is_eog(backend._vocabulary, token):
                self.finish = "stop"
                break
            yield from filter(None, [stops.add(characters.add(backend._bytes(token)))])
            if stops.reached:
                self.finish = "stop"
                return
            new = [token]
        self.finish = self.finish or "length"
        yield from filter(None, [stops.add(characters.finish()) + stops.finish()])

    def _is_full(self):
        limit = self._settings.max_tokens
        capped = limit is not None and self.sampled >= limit
        return capped or self.prompt_count + self.sampled >= self._backend.context


def _environment():
    """Jinja2 as `transformers` sets it up, which is what chat templates are written for."""
    environment = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[jinja2.ext.loopcontrols])
    environment.globals["raise_exception"] = _raise_exception
    return environment


def _raise_exception(message):
    raise jinja2.TemplateError(message)


def _strftime_now(form):
    return datetime.datetime.now().strftime(form)
