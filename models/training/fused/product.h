// Products of small matrices that lie anywhere in memory.

#pragma once

#include "vector.h"

namespace fastslow {

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

// c (n_rows, n_columns) = [c +] sum over o, k of a(o, i, k) * b(o, k, j); n_columns is a multiple of
// WIDTH. Every element is summed in the same order, whatever the number of rows and columns. The
// memory at `next` is fetched meanwhile.
void product(long n_rows, long n_columns, const Left& a, const Right& b, long depth, long n_outer,
             float* c, long c_row, bool add, const float* next = nullptr);

}  // namespace fastslow
