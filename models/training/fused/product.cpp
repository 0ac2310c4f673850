// Blocks of rows by up to three vectors of columns, their sums in registers.

#include "product.h"

namespace fastslow {
namespace {

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

}  // namespace

void product(long n_rows, long n_columns, const Left& a, const Right& b, long depth, long n_outer,
             float* c, long c_row, bool add, const float* next) {
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
