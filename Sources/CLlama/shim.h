// libllama's C interface, and the few places where its versions differ, put straight for Swift.
#ifndef NIGHTJAR_CLLAMA_H
#define NIGHTJAR_CLLAMA_H

#include <llama.h>
#include <math.h>
#include <pthread.h>

// Defined by Package.swift where libmtmd is there, the part of llama.cpp that lets models see.
#ifdef NIGHTJAR_MTMD
#include <mtmd.h>
#include <mtmd-helper.h>
#include <stdlib.h>
#endif

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

// Pictures. All of this can be called without libmtmd too, and then does nothing.

/// A stretch of a prompt: text, or a picture's file where `image` is given.
typedef struct nightjar_piece {
    const char * text;
    size_t size;
    bool has_control_tokens;
    const unsigned char * image;
} nightjar_piece;

#ifdef NIGHTJAR_MTMD

static inline bool nightjar_can_see(void) { return true; }

static inline void nightjar_set_picture_log(ggml_log_callback log) { mtmd_helper_log_set(log, NULL); }

static inline void * nightjar_projector_open(
    const char * path, const struct llama_model * model, int32_t threads, bool gpu) {
    struct mtmd_context_params parameters = mtmd_context_params_default();
    parameters.use_gpu = gpu;
    parameters.print_timings = false;
    parameters.n_threads = threads;
    parameters.warmup = false;
    return mtmd_init_from_file(path, model, parameters);
}

static inline void nightjar_projector_close(void * projector) { mtmd_free((mtmd_context *) projector); }

/// The prompt as the model takes it; NULL where it cannot be made. `unreadable` becomes the piece of a picture that
/// cannot be read, or -1.
static inline void * nightjar_picture_prompt(
    void * projector, const nightjar_piece * pieces, size_t count, int64_t * unreadable) {
    mtmd_context * context = (mtmd_context *) projector;
    mtmd_input_text * texts = (mtmd_input_text *) calloc(count, sizeof(*texts));
    mtmd_input_part * parts = (mtmd_input_part *) calloc(count, sizeof(*parts));
    const mtmd_input_part ** list = (const mtmd_input_part **) calloc(count, sizeof(*list));
    mtmd_bitmap ** bitmaps = (mtmd_bitmap **) calloc(count, sizeof(*bitmaps));
    mtmd_input_chunks * chunks = NULL;
    *unreadable = -1;
    for (size_t i = 0; i < count && *unreadable < 0; i++) {
        list[i] = &parts[i];
        if (pieces[i].image) {
            bitmaps[i] = mtmd_helper_bitmap_init_from_buf(
                context, pieces[i].image, pieces[i].size, false, mtmd_helper_init_opt_default()).bitmap;
            if (!bitmaps[i]) { *unreadable = (int64_t) i; }
            parts[i].bitmap = bitmaps[i];
        } else {
            texts[i].text = pieces[i].text;
            texts[i].text_len = pieces[i].size;
            texts[i].parse_special = pieces[i].has_control_tokens;
            parts[i].text = &texts[i];
        }
    }
    if (*unreadable < 0) {
        chunks = mtmd_input_chunks_init();
        if (mtmd_tokenize_from_parts(context, chunks, list, count, false) != 0) {
            mtmd_input_chunks_free(chunks);
            chunks = NULL;
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (bitmaps[i]) { mtmd_bitmap_free(bitmaps[i]); }
    }
    free(bitmaps);
    free(list);
    free(parts);
    free(texts);
    return chunks;
}

static inline void nightjar_picture_prompt_free(void * prompt) {
    mtmd_input_chunks_free((mtmd_input_chunks *) prompt);
}

static inline size_t nightjar_picture_prompt_tokens(const void * prompt) {
    return mtmd_helper_get_n_tokens((const mtmd_input_chunks *) prompt);
}

static inline llama_pos nightjar_picture_prompt_positions(const void * prompt) {
    return mtmd_helper_get_n_pos((const mtmd_input_chunks *) prompt);
}

/// Evaluates the whole prompt as the beginning of an empty sequence; 0 where that went well.
static inline int32_t nightjar_picture_prompt_evaluate(
    void * projector, const void * prompt, struct llama_context * context, llama_seq_id sequence, int32_t chunk) {
    llama_pos end = 0;
    return mtmd_helper_eval_chunks(
        (mtmd_context *) projector, context, (const mtmd_input_chunks *) prompt, 0, sequence, chunk, true, &end);
}

#else

static inline bool nightjar_can_see(void) { return false; }
static inline void nightjar_set_picture_log(ggml_log_callback log) { (void) log; }
static inline void * nightjar_projector_open(
    const char * path, const struct llama_model * model, int32_t threads, bool gpu) {
    (void) path; (void) model; (void) threads; (void) gpu;
    return NULL;
}
static inline void nightjar_projector_close(void * projector) { (void) projector; }
static inline void * nightjar_picture_prompt(
    void * projector, const nightjar_piece * pieces, size_t count, int64_t * unreadable) {
    (void) projector; (void) pieces; (void) count;
    *unreadable = -1;
    return NULL;
}
static inline void nightjar_picture_prompt_free(void * prompt) { (void) prompt; }
static inline size_t nightjar_picture_prompt_tokens(const void * prompt) { (void) prompt; return 0; }
static inline llama_pos nightjar_picture_prompt_positions(const void * prompt) { (void) prompt; return 0; }
static inline int32_t nightjar_picture_prompt_evaluate(
    void * projector, const void * prompt, struct llama_context * context, llama_seq_id sequence, int32_t chunk) {
    (void) projector; (void) prompt; (void) context; (void) sequence; (void) chunk;
    return 1;
}

#endif

#endif
