// Large products on the tile unit of processors that have one (AMX), faster than with vectors.
//
// The unit multiplies bfloat16. So every number is split into two of them, a high part and the rest,
// and three of the four partial products are added up in float32; what is left out and rounded off
// is at most 3 * 2^-18 of a product. Both matrices are cut into tiles of 16 rows of 64 bytes, high
// part and rest one after the other: of a left matrix 16 rows by 32 terms, of a right one 32 terms,
// in pairs, by 16 columns.

#pragma once

#include "vector.h"

#if defined(__AMX_BF16__) && defined(__AVX512BF16__) && defined(__linux__)
#define FASTSLOW_TILES 1
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace fastslow {

typedef uint16_t half;  // a bfloat16

constexpr long SIDE = 16;            // rows of a tile
constexpr long TERMS = 32;           // terms of a sum that one pair of tiles covers
constexpr long TILE = SIDE * TERMS;  // numbers in a tile

inline long in_tiles(long n, long of) { return (n + of - 1) / of; }

// Floats whose place a split matrix takes, of `n` rows (left) or columns (right).
inline long split_size(long n, long n_steps) { return in_tiles(n, SIDE) * n_steps * TILE; }

inline half* halves(float* place) { return reinterpret_cast<half*>(place); }

// Where a matrix, or its part from step `begin` on, stands among tiles `n_steps` deep.
struct Place {
    half* split;
    long begin, n_steps;
    // The high parts of a tile; the rest comes after.
    half* at(long index, long step) const {
        return split + (index * n_steps + begin + step) * 2 * TILE;
    }
};

#ifdef FASTSLOW_TILES

// Whether the system lets this process use the unit; it has to be asked once.
inline bool tiles_allowed() {
    constexpr long REQUEST_PERMISSION = 0x1023, TILE_DATA = 18;
    static const bool allowed = !syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA);
    return allowed;
}

// Tell the unit the shape of its tiles; every thread has to, once.
inline void begin_tiles() {
    struct Shape {
        uint8_t palette = 1, start = 0, unused[14] = {};
        uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
        uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
    };
    alignas(64) static const Shape shape;
    thread_local bool begun = false;
    if (!begun) asm volatile("ldtilecfg %0" ::"m"(shape));
    begun = true;
}

typedef uint32_t bits __attribute__((vector_size(64)));
typedef uint16_t words __attribute__((vector_size(64)));

// A float32 and its split: both parts as the upper halves of 32 bits.
struct Split {
    bits high, rest;
    explicit Split(vec x) {
        high = rounded(x);
        rest = rounded(x - reinterpret_cast<vec>(high));
    }
    static bits rounded(vec x) {
        return (reinterpret_cast<bits>(x) + 0x8000u) & 0xffff0000u;
    }
};

// 32 halves: those of `low`, then those of `high`.
inline void store_halves(half* to, bits low, bits high) {
    words order;
    for (int i = 0; i < 32; ++i) order[i] = uint16_t(2 * i + 1);
    asm("vpermt2w %2, %1, %0" : "+v"(low) : "v"(order), "v"(high));
    memcpy(to, &low, sizeof low);
}

// 32 halves: each of `even` followed by that of `odd`.
inline void store_pairs(half* to, bits even, bits odd) {
    const bits both = even >> 16 | odd;
    memcpy(to, &both, sizeof both);
}

inline vec load_or_zeros(const float* x, bool there) { return there ? load(x) : vec{}; }

// Left matrix of x (n_rows, terms), of which n rows count; both sizes are multiples of 16.
inline void split_rows(const float* x, long n, long row, long n_rows, long terms, Place place) {
    for (long r = 0; r < n_rows; ++r)
        for (long k = 0; k < terms; k += TERMS) {
            const Split low(load_or_zeros(x + r * row + k, r < n));
            const Split high(load_or_zeros(x + r * row + k + SIDE, r < n && k + SIDE < terms));
            half* to = place.at(r / SIDE, k / TERMS) + r % SIDE * TERMS;
            store_halves(to, low.high, high.high);
            store_halves(to + TILE, low.rest, high.rest);
        }
}

// Right matrix of x (terms, n_columns), of which n rows count; n_columns is a multiple of 16.
inline void split_pairs(const float* x, long n, long row, long terms, long n_columns, Place place) {
    for (long k = 0; k < in_tiles(terms, TERMS) * TERMS; k += 2)
        for (long c = 0; c < n_columns; c += SIDE) {
            const Split even(load_or_zeros(x + k * row + c, k < n));
            const Split odd(load_or_zeros(x + (k + 1) * row + c, k + 1 < n));
            half* to = place.at(c / SIDE, k / TERMS) + k % TERMS / 2 * TERMS;
            store_pairs(to, even.high, odd.high);
            store_pairs(to + TILE, even.rest, odd.rest);
        }
}

// Turn 16 rows of 16 into columns: four rounds, each exchanging what lies 1, 2, 4, 8 apart.
inline void turn(vec (&x)[16]) {
#pragma GCC unroll 4
    for (int apart = 1; apart < 16; apart *= 2) {
        ivec low, high;
        for (int i = 0; i < 16; ++i) {
            low[i] = i & apart ? 16 + i - apart : i;
            high[i] = i & apart ? 16 + i : i + apart;
        }
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            if (i & apart) continue;
            vec a = x[i];
            asm("vpermt2ps %2, %1, %0" : "+v"(x[i]) : "v"(low), "v"(x[i + apart]));
            asm("vpermt2ps %2, %1, %0" : "+v"(a) : "v"(high), "v"(x[i + apart]));
            x[i + apart] = a;
        }
    }
}

// Left matrix of x^T for x (32, n_columns), of which n rows count; n_columns is a multiple of 16.
inline void split_turned(const float* x, long n, long row, long n_columns, Place place) {
    for (long c = 0; c < n_columns; c += SIDE) {
        vec low[16], high[16];
        for (long r = 0; r < SIDE; ++r) {
            low[r] = load_or_zeros(x + r * row + c, r < n);
            high[r] = load_or_zeros(x + (r + SIDE) * row + c, r + SIDE < n);
        }
        turn(low);
        turn(high);
        half* to = place.at(c / SIDE, 0);
        for (long r = 0; r < SIDE; ++r) {
            const Split first(low[r]), second(high[r]);
            store_halves(to + r * TERMS, first.high, second.high);
            store_halves(to + TILE + r * TERMS, first.rest, second.rest);
        }
    }
}

template <int TO, int LEFT, int RIGHT>
inline void multiply() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(TO), "i"(LEFT), "i"(RIGHT));
}

template <int TO>
inline void load_tile(const void* from, long row_bytes) {
    asm volatile("tileloadd (%1, %2), %%tmm%c0" ::"i"(TO), "r"(from), "r"(row_bytes) : "memory");
}

template <int FROM>
inline void store_tile(void* to, long row_bytes) {
    asm volatile("tilestored %%tmm%c0, (%1, %2)" ::"i"(FROM), "r"(to), "r"(row_bytes) : "memory");
}

template <int TO>
inline void zero_tile() {
    asm volatile("tilezero %%tmm%c0" ::"i"(TO));
}

// A tile of the result, or two, one below the other: `n` steps of the left matrix by one column of
// tiles of the right.
template <int ROWS>
inline void tile_column(const half* left, const half* below, const half* right, long n, float* c,
                        long c_row, bool add, Fetch& fetch) {
    const long bytes = 2 * TERMS, c_bytes = 4 * c_row;
    float* c_below = c + SIDE * c_row;
    if (add) {
        load_tile<0>(c, c_bytes);
        if (ROWS > 1) load_tile<1>(c_below, c_bytes);
    } else {
        zero_tile<0>();
        if (ROWS > 1) zero_tile<1>();
    }
    for (long at = 0; at < n * 2 * TILE; at += 2 * TILE) {
        fetch();
        load_tile<6>(right + at, bytes);
        load_tile<2>(left + at, bytes);
        multiply<0, 2, 6>();
        if (ROWS > 1) load_tile<4>(below + at, bytes), multiply<1, 4, 6>();
        load_tile<3>(left + at + TILE, bytes);
        multiply<0, 3, 6>();
        if (ROWS > 1) load_tile<5>(below + at + TILE, bytes), multiply<1, 5, 6>();
        load_tile<7>(right + at + TILE, bytes);
        multiply<0, 2, 7>();
        if (ROWS > 1) multiply<1, 4, 7>();
    }
    store_tile<0>(c, c_bytes);
    if (ROWS > 1) store_tile<1>(c_below, c_bytes);
}

// c (n_rows, n_columns) = [c +] left * right over `n` steps; both sizes are multiples of 16. `fetch`
// is called for each step of a column of tiles and two rows of them.
inline void tile_product(Place left, Place right, long n, long n_rows, long n_columns, float* c,
                         long c_row, bool add, Fetch fetch = {}) {
    for (long column = 0; column < n_columns; column += SIDE)
        for (long row = 0; row < n_rows; row += 2 * SIDE) {
            const half *a = left.at(row / SIDE, 0), *b = right.at(column / SIDE, 0);
            float* to = c + row * c_row + column;
            if (row + SIDE < n_rows)
                tile_column<2>(a, left.at(row / SIDE + 1, 0), b, n, to, c_row, add, fetch);
            else
                tile_column<1>(a, nullptr, b, n, to, c_row, add, fetch);
        }
}

#else

inline bool tiles_allowed() { return false; }
inline void begin_tiles() {}
inline void split_rows(const float*, long, long, long, long, Place) {}
inline void split_pairs(const float*, long, long, long, long, Place) {}
inline void split_turned(const float*, long, long, long, Place) {}
inline void tile_product(Place, Place, long, long, long, float*, long, bool, Fetch = {}) {}

#endif

}  // namespace fastslow
