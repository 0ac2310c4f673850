// Vectors of floats as wide as the machine has them, the functions of a neuron, and one product.
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

// The left matrix of a product: element (i, k) of its block b is at b*outer + i*row + k*column.
struct Left {
    const float* data;
    long row, column, outer;
};

// The right matrix: rows are contiguous, block b starts at b*outer.
struct Right {
    const float* data;
    long row, outer;
};

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

// Steps through memory that all blocks of a product share; `line` is LINE, or 0 to fetch nothing.
struct Strides {
    long a_row, a_column, a_outer, b_row, b_outer, c_row, depth, n_outer, line;
};

// Also brings `fetch`, needed later, into the cache, a line a step; returns where to go on.
template <int R, int N>
__attribute__((noinline)) const float* product_block(const float* a, const float* b, float* c,
                                                     const Strides& s, bool add,
                                                     const float* fetch) {
    vec sum[R][N];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int n = 0; n < N; ++n) sum[r][n] = add ? load(c + r * s.c_row + n * WIDTH) : vec{};
    for (long o = 0; o < s.n_outer; ++o) {
        const float *left = a + o * s.a_outer, *right = b + o * s.b_outer;
        for (long k = 0; k < s.depth; ++k, left += s.a_column, right += s.b_row) {
            __builtin_prefetch(fetch, 1, 2);
            fetch += s.line;
            vec row[N];
#pragma GCC unroll 3
            for (int n = 0; n < N; ++n) row[n] = load(right + n * WIDTH);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                vec x = all(left[r * s.a_row]);
#pragma GCC unroll 3
                for (int n = 0; n < N; ++n) sum[r][n] += x * row[n];
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int n = 0; n < N; ++n) store(c + r * s.c_row + n * WIDTH, sum[r][n]);
    return fetch;
}

template <int N>
const float* product_columns(long n_rows, const float* a, const float* b, float* c,
                             const Strides& s, bool add, const float* fetch) {
    auto rows = [&]<int R>() {
        fetch = product_block<R, N>(a, b, c, s, add, fetch);
        a += R * s.a_row;
        c += R * s.c_row;
        n_rows -= R;
    };
    while (n_rows >= ROWS) rows.template operator()<ROWS>();
    if constexpr (ROWS > 4)
        if (n_rows >= 4) rows.template operator()<4>();
    while (n_rows >= 1) rows.template operator()<1>();
    return fetch;
}

// c (n_rows, n_columns) = [c +] sum over o, k of a(o, i, k) * b(o, k, j); n_columns is a multiple of
// WIDTH. Every element is summed in the same order, whatever the number of rows and columns. The
// memory at `next` is fetched meanwhile.
inline void product(long n_rows, long n_columns, const Left& a, const Right& b, long depth,
                    long n_outer, float* c, long c_row, bool add, const float* next = nullptr) {
    const Strides s{a.row, a.column, a.outer, b.row, b.outer, c_row, depth, n_outer,
                    next ? LINE : 0};
    const float* fetch = next ? next : a.data;
    long n = n_columns / WIDTH, at = 0;
    for (; n >= 3; n -= 3, at += 3 * WIDTH)
        fetch = product_columns<3>(n_rows, a.data, b.data + at, c + at, s, add, fetch);
    for (; n >= 1; --n, at += WIDTH)
        fetch = product_columns<1>(n_rows, a.data, b.data + at, c + at, s, add, fetch);
}

}  // namespace fastslow
