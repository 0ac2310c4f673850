// Vectors of floats as wide as the machine has them, and the functions of a neuron.
//
// Plain GCC/Clang vector extensions: the same source serves AVX-512, AVX2, NEON and SSE. No
// -ffast-math anywhere, so that a NaN stays one and sums keep their order.

#pragma once

#include <stdint.h>

namespace fastslow {

#if defined(__AVX512F__)
constexpr int WIDTH = 16, ROWS = 8;  // ROWS x 3 accumulators fill the registers
#elif defined(__AVX2__)
constexpr int WIDTH = 8, ROWS = 4;
#elif defined(__aarch64__)
constexpr int WIDTH = 4, ROWS = 8;
#else
constexpr int WIDTH = 4, ROWS = 4;
#endif

typedef float vec __attribute__((vector_size(4 * WIDTH)));
typedef int32_t ivec __attribute__((vector_size(4 * WIDTH)));
typedef float anywhere __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));

inline vec load(const float* p) { return *reinterpret_cast<const anywhere*>(p); }
inline void store(float* p, vec x) { *reinterpret_cast<anywhere*>(p) = x; }
inline vec all(float x) { return x - vec{}; }

// Instructions are written as such: the compiler's header of them all takes as long to read as this
// kernel to compile. A NaN passes through both of these, as it does if it is the second operand.
inline vec at_most(vec x, float high) {
#if defined(__AVX2__)
    vec y;
    asm("vminps %1, %2, %0" : "=v"(y) : "v"(x), "v"(all(high)));
    return y;
#else
    return x > all(high) ? all(high) : x;
#endif
}

inline vec at_least(vec x, float low) {
#if defined(__AVX2__)
    vec y;
    asm("vmaxps %1, %2, %0" : "=v"(y) : "v"(x), "v"(all(low)));
    return y;
#else
    return x < all(low) ? all(low) : x;
#endif
}

// 1 / x with a relative error below 1.2e-7, and 1 for 1, so that the only action has probability 1:
// an estimate and Newton steps where the machine has one, else a division.
inline vec reciprocal(vec x) {
#if defined(__AVX512F__)
    vec y;
    asm("vrcp14ps %1, %0" : "=v"(y) : "v"(x));
    return y * (2.0f - x * y);
#elif defined(__AVX2__)
    vec y;
    asm("vrcpps %1, %0" : "=x"(y) : "x"(x));
    y = y * (2.0f - x * y);
    return y + y * (1.0f - x * y);  // the estimate has 12 bits, that of AVX-512 has 14
#else
    return 1.0f / x;
#endif
}

// The functions below work on K vectors at once, operation by operation: one alone would wait for
// each of its own results.
template <int K, class F>
inline void each(F f) {
#pragma GCC unroll 8
    for (int k = 0; k < K; ++k) f(k);
}

constexpr float LOG2E = 1.4426950408889634f;

// Taylor series of (2^f - 1) / f; for |f| <= 1/2 the first term left out is below 1.3e-7.
constexpr float SERIES[] = {1.5403530393381609e-4f, 1.3333558146428443e-3f, 9.6181291076284772e-3f,
                            5.5504108664821580e-2f, 2.4022650695910071e-1f, 6.9314718055994531e-1f};

// 2^(rate x) = power (1 + rest), where power = 2^n and rest = 2^f - 1, |f| <= 1/2.
template <int K>
struct Exponential {
    vec power[K], rest[K];

    Exponential(const vec (&x)[K], float rate, float bound) {
        constexpr float ROUND = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
        vec f[K];
        each<K>([&](int k) { f[k] = at_least(at_most(x[k], bound), -bound); });
        each<K>([&](int k) { power[k] = f[k] * rate + ROUND; });
        each<K>([&](int k) { f[k] = f[k] * rate - (power[k] - ROUND); });
        each<K>([&](int k) { rest[k] = f[k] * SERIES[0] + SERIES[1]; });
#pragma GCC unroll 4
        for (int term = 2; term < 6; ++term)
            each<K>([&](int k) { rest[k] = rest[k] * f[k] + SERIES[term]; });
        each<K>([&](int k) { rest[k] *= f[k]; });
        each<K>([&](int k) {  // ROUND's own bits are shifted out
            power[k] = reinterpret_cast<vec>((reinterpret_cast<ivec>(power[k]) << 23) + 0x3f800000);
        });
    }
};

template <int K>
__attribute__((always_inline)) inline void sigmoid(vec (&x)[K]) {
    Exponential<K> e(x, -LOG2E, 80.0f);
    each<K>([&](int k) { x[k] = e.power[k] * e.rest[k] + (e.power[k] + 1.0f); });
    each<K>([&](int k) { x[k] = reciprocal(x[k]); });
}

// (e^2x - 1) / (e^2x + 1), with e^2x - 1 exact near 0.
template <int K>
__attribute__((always_inline)) inline void tanh(vec (&x)[K]) {
    Exponential<K> e(x, 2 * LOG2E, 10.0f);
    each<K>([&](int k) { x[k] = e.power[k] * e.rest[k] + (e.power[k] - 1.0f); });
    each<K>([&](int k) { x[k] *= reciprocal(x[k] + 2.0f); });
}

inline vec exponential(vec x) {
    Exponential<1> e({x}, LOG2E, 80.0f);
    return e.power[0] * e.rest[0] + e.power[0];
}

// Logarithm of a number >= 1: a guess from its bits, then Halley steps, each cubing the error.
inline vec logarithm(vec x) {
    constexpr float LN2 = 0.69314718f;
    vec y = __builtin_convertvector(reinterpret_cast<ivec>(x) - 0x3f800000, vec) * (LN2 / (1 << 23));
    for (int step = 0; step < 2; ++step) {
        vec e = exponential(y);
        y += 2.0f * (x - e) / (x + e);
    }
    return y;
}

constexpr long LINE = 16;  // floats in a line of the cache

// Brings memory that is needed later into the cache: a few lines whenever it is called, between
// other work. Many at once would hold up whoever needs memory now.
struct Fetch {
    const float* from = nullptr;
    long n_lines = 0;
    void operator()() {
        for (long line = 0; line < n_lines; ++line, from += LINE) __builtin_prefetch(from, 0, 2);
    }
};

}  // namespace fastslow
