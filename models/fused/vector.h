// Vectors of floats as wide as the machine has them, the functions of a neuron, and one product.
//
// Plain GCC/Clang vector extensions: the same source serves AVX-512, AVX2, NEON and SSE. No
// -ffast-math anywhere, so that a NaN stays one and sums keep their order.

#pragma once

#include <cstdint>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

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

// A NaN passes through both.
inline vec at_most(vec x, float high) { return x > all(high) ? all(high) : x; }
inline vec at_least(vec x, float low) { return x < all(low) ? all(low) : x; }

// 1 / x to full precision: an estimate and one Newton step where there is one, else a division.
inline vec reciprocal(vec x) {
#if defined(__AVX512F__)
    vec y = reinterpret_cast<vec>(_mm512_rcp14_ps(reinterpret_cast<__m512>(x)));
    return y * (2.0f - x * y);
#elif defined(__AVX2__)
    vec y = reinterpret_cast<vec>(_mm256_rcp_ps(reinterpret_cast<__m256>(x)));
    return y * (2.0f - x * y);
#else
    return 1.0f / x;
#endif
}

// e^x = power (1 + rest) with power = 2^n and rest = 2^f - 1, |f| <= 1/2; |x| must be below 88.
struct Exponential {
    vec power, rest;
};

inline Exponential split_exponential(vec x) {
    constexpr float LOG2E = 1.4426950408889634f;
    constexpr float ROUND = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
    vec shifted = x * LOG2E + ROUND;
    vec f = x * LOG2E - (shifted - ROUND);
    // Taylor series of 2^f - 1; the first term left out is below 1.3e-7.
    vec sum = f * 1.5403530393381609e-4f + 1.3333558146428443e-3f;
    sum = sum * f + 9.6181291076284772e-3f;
    sum = sum * f + 5.5504108664821580e-2f;
    sum = sum * f + 2.4022650695910071e-1f;
    sum = sum * f + 6.9314718055994531e-1f;
    ivec n = reinterpret_cast<ivec>(shifted) << 23;  // ROUND's own bits are shifted out
    return {reinterpret_cast<vec>(n + 0x3f800000), sum * f};
}

inline vec exponential(vec x) {
    Exponential e = split_exponential(at_least(at_most(x, 80.0f), -80.0f));
    return e.power * e.rest + e.power;
}

inline vec sigmoid(vec x) { return reciprocal(1.0f + exponential(-x)); }

// (e^2x - 1) / (e^2x + 1), with e^2x - 1 exact near 0.
inline vec tanh(vec x) {
    x = at_least(at_most(x, 10.0f), -10.0f);
    Exponential e = split_exponential(x + x);
    vec less_one = e.power * e.rest + (e.power - 1.0f);
    return less_one * reciprocal(less_one + 2.0f);
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

// A matrix as the product reads it: element (i, k) of outer block b is at b*outer + i*row + k*column.
struct Left {
    const float* data;
    long row, column, outer;
};

// The rows of the right-hand matrix are contiguous; block b starts at b*outer.
struct Right {
    const float* data;
    long row, outer;
};

template <int R, int N>
__attribute__((noinline)) void product_block(Left a, Right b, long depth, long n_outer, float* c,
                                             long c_row, bool add) {
    vec sum[R][N];
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int n = 0; n < N; ++n) sum[r][n] = add ? load(c + r * c_row + n * WIDTH) : vec{};
    for (long o = 0; o < n_outer; ++o) {
        const float *left = a.data + o * a.outer, *right = b.data + o * b.outer;
        for (long k = 0; k < depth; ++k, left += a.column, right += b.row) {
            vec row[N];
#pragma GCC unroll 3
            for (int n = 0; n < N; ++n) row[n] = load(right + n * WIDTH);
#pragma GCC unroll 8
            for (int r = 0; r < R; ++r) {
                vec x = all(left[r * a.row]);
#pragma GCC unroll 3
                for (int n = 0; n < N; ++n) sum[r][n] += x * row[n];
            }
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < R; ++r)
#pragma GCC unroll 3
        for (int n = 0; n < N; ++n) store(c + r * c_row + n * WIDTH, sum[r][n]);
}

template <int N>
void product_columns(long n_rows, Left a, Right b, long depth, long n_outer, float* c, long c_row,
                     bool add) {
    auto rows = [&]<int R>() {
        product_block<R, N>(a, b, depth, n_outer, c, c_row, add);
        a.data += R * a.row;
        c += R * c_row;
        n_rows -= R;
    };
    while (n_rows >= ROWS) rows.template operator()<ROWS>();
    if constexpr (ROWS > 4)
        if (n_rows >= 4) rows.template operator()<4>();
    if (n_rows >= 2) rows.template operator()<2>();
    if (n_rows >= 1) rows.template operator()<1>();
}

// c (n_rows, n_columns) = [c +] sum over b, k of a(b, i, k) * b(b, k, j). Every element is summed in
// the same order whatever the sizes around it. n_columns is a multiple of WIDTH.
inline void product(long n_rows, long n_columns, Left a, Right b, long depth, long n_outer, float* c,
                    long c_row, bool add) {
    long n = n_columns / WIDTH;
    for (; n >= 3; n -= 3, b.data += 3 * WIDTH, c += 3 * WIDTH)
        product_columns<3>(n_rows, a, b, depth, n_outer, c, c_row, add);
    if (n == 2) product_columns<2>(n_rows, a, b, depth, n_outer, c, c_row, add);
    if (n == 1) product_columns<1>(n_rows, a, b, depth, n_outer, c, c_row, add);
}

}  // namespace fastslow
