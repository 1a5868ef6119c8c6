"""How the next token is chosen: libllama's samplers, in the order in which Nightjar chains them in process."""

from dataclasses import dataclass, field
from typing import List, Optional

import llama_cpp
from llama_cpp import llama_grammar

PENALTY_WINDOW = 64


class BadSchema(Exception):
    """A JSON schema that cannot be turned into a grammar."""


@dataclass
class Settings:
    """What a request says about its answer. A temperature of 0 is greedy; None leaves a sampler out."""

    temperature: float = 0.8
    top_k: Optional[int] = 40
    top_p: Optional[float] = 0.9
    min_p: Optional[float] = None
    repeat_penalty: Optional[float] = None
    seed: Optional[int] = None
    max_tokens: Optional[int] = None
    stop: List[str] = field(default_factory=list)
    grammar: Optional[str] = None


def json_grammar():
    """The grammar of any JSON object, for "answer with JSON" without a schema."""
    return llama_grammar.JSON_GBNF


def schema_grammar(schema_text):
    """The grammar of a JSON schema; it is what `LlamaGrammar.from_json_schema` wraps."""
    try:
        return llama_grammar.json_schema_to_gbnf(schema_text)
    except Exception as error:
        raise BadSchema(f"failed to parse grammar: {error}") from error


class SamplerChain:
    """Chooses the tokens of one answer."""

    def __init__(self, vocabulary, settings, prompt):
        self.chain = llama_cpp.llama_sampler_chain_init(llama_cpp.llama_sampler_chain_default_params())
        size = llama_cpp.llama_vocab_n_tokens(vocabulary)
        if settings.repeat_penalty not in (None, 1):
            self._add(
                llama_cpp.llama_sampler_init_penalties(size, PENALTY_WINDOW, settings.repeat_penalty, 0.0, 0.0))
            for token in prompt[-PENALTY_WINDOW:]:
                llama_cpp.llama_sampler_accept(self.chain, token)
        if settings.grammar is not None:
            grammar = llama_cpp.llama_sampler_init_grammar(vocabulary, settings.grammar.encode(), b"root")
            if not grammar:
                self.close()
                raise BadSchema("failed to parse grammar")
            self._add(grammar)
        if settings.temperature <= 0:
            self._add(llama_cpp.llama_sampler_init_greedy())
            return
        if settings.top_k is not None and settings.top_k > 0:
            self._add(llama_cpp.llama_sampler_init_top_k(settings.top_k))
        if settings.top_p is not None:
            self._add(llama_cpp.llama_sampler_init_top_p(settings.top_p, 1))
        if settings.min_p is not None:
            self._add(llama_cpp.llama_sampler_init_min_p(settings.min_p, 1))
        self._add(llama_cpp.llama_sampler_init_temp(settings.temperature))
        self._add(llama_cpp.llama_sampler_init_dist(_seed(settings.seed)))

    def _add(self, sampler):
        llama_cpp.llama_sampler_chain_add(self.chain, sampler)

    def sample(self, context):
        """The token that follows what was evaluated last."""
        return llama_cpp.llama_sampler_sample(self.chain, context, -1)

    def close(self):
        llama_cpp.llama_sampler_free(self.chain)


def _seed(seed):
    return llama_cpp.LLAMA_DEFAULT_SEED if seed is None or seed < 0 else seed & 0xFFFFFFFF
