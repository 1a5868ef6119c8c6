// libllama's C interface, and the few places where its versions differ, put straight for Swift.
#ifndef NIGHTJAR_CLLAMA_H
#define NIGHTJAR_CLLAMA_H

#include <llama.h>
#include <math.h>
#include <pthread.h>

// `llama_sampler_init_penalties` takes the vocabulary's size in some versions and not in others. A `_Generic` on the
// function's own type finds out at compile time; the casts keep the branch that is not taken well-formed.
typedef struct llama_sampler * (*nightjar_penalties_sized)(int32_t, int32_t, float, float, float);
typedef struct llama_sampler * (*nightjar_penalties_plain)(int32_t, float, float, float);
typedef void (*nightjar_any_function)(void);

static inline struct llama_sampler * nightjar_call_sized(
    nightjar_any_function function, int32_t vocabulary, int32_t last, float repeat) {
    return ((nightjar_penalties_sized) function)(vocabulary, last, repeat, 0.0f, 0.0f);
}

static inline struct llama_sampler * nightjar_call_plain(
    nightjar_any_function function, int32_t vocabulary, int32_t last, float repeat) {
    (void) vocabulary;
    return ((nightjar_penalties_plain) function)(last, repeat, 0.0f, 0.0f);
}

/// A sampler that makes tokens among the last `last` less probable.
static inline struct llama_sampler * nightjar_sampler_init_repeat_penalty(
    int32_t vocabulary, int32_t last, float repeat) {
    return _Generic(&llama_sampler_init_penalties,
        nightjar_penalties_sized: nightjar_call_sized,
        nightjar_penalties_plain: nightjar_call_plain)(
        (nightjar_any_function) &llama_sampler_init_penalties, vocabulary, last, repeat);
}

/// A number for the calling thread, to tell apart what several threads log at the same time.
static inline uintptr_t nightjar_thread(void) { return (uintptr_t) pthread_self(); }

/// Whether no value is NaN and at least one is finite: what a sampler needs to choose a token.
static inline bool nightjar_logits_usable(const float * logits, int32_t count) {
    bool finite = false;
    for (int32_t i = 0; i < count; i++) {
        if (isnan(logits[i])) { return false; }
        finite = finite || isfinite(logits[i]);
    }
    return finite;
}

/// The token with the highest value, among those whose bits are set where `allowed` is given; -1 where there is none.
static inline llama_token nightjar_highest(const float * logits, int32_t count, const uint64_t * allowed) {
    llama_token best = -1;
    for (int32_t i = 0; i < count; i++) {
        if (allowed && !((allowed[i >> 6] >> (i & 63)) & 1)) { continue; }
        if (best < 0 || logits[i] > logits[best]) { best = i; }
    }
    return best;
}

/// Appends a token to a batch made by `llama_batch_init` with one sequence per token.
static inline void nightjar_batch_add(
    struct llama_batch * batch, llama_token token, llama_pos position, llama_seq_id sequence, bool output) {
    const int32_t i = batch->n_tokens;
    batch->token[i] = token;
    batch->pos[i] = position;
    batch->n_seq_id[i] = 1;
    batch->seq_id[i][0] = sequence;
    batch->logits[i] = output ? 1 : 0;
    batch->n_tokens = i + 1;
}

#endif
