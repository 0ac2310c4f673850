// An advantage actor-critic for a population of recurrent networks: steps forward, then
// back-propagation, clipping and the optimizer in one call. The semantics are those of autograd.py.
//
// 16 or 32 lanes of one seed are a tile. One thread takes a tile through a step, or backward through a
// whole segment, into a gradient of its own; the gradients of a seed's tiles are then added in
// order. So a seed's numbers depend neither on the seeds beside it nor on the number of threads.

#include "population.h"

namespace fastslow {

Population::Population(const Arrays& arrays, int n_threads, bool tile_unit)
    : Arrays(arrays),
      tiled(tile_unit && tiles_allowed()),
      lanes(tiled && n_lanes > 32 ? 32 : 16),
      n(n_seeds * n_lanes),
      n_tiles((n_lanes + lanes - 1) / lanes),
      n_outputs(n_actions + 1),
      n_columns(blocks_of(CORE) * n_units),
      column_stride(odd_lines(n_columns)),
      back_stride(odd_lines(n_units)),
      depth(n_units + n_inputs + 1),
      outputs_size(round_up(n_outputs)),
      head_at(depth * column_stride),
      head_bias_at(head_at + n_outputs * n_units),
      initial_hidden_at(head_bias_at + outputs_size),
      initial_cell_at(initial_hidden_at + n_units),
      kept_size(lanes * (n_columns + (has_cell(CORE) ? 2 : 1) * n_units)),
      unit_steps(in_tiles(n_units, TERMS)),
      input_steps(in_tiles(row_size, TERMS)),
      column_steps(in_tiles(n_columns, TERMS)),
      tile_gradient_size(larger(parameter_size, (n_units + row_size) * column_stride)),
      pool(int(smaller<long>(n_threads, n_seeds * n_tiles))),
      kept(n_slots() * kept_size),
      outputs(n_slots() * n_outputs * lanes),
      back_weights(n_seeds * n_columns * back_stride),
      head_columns(n_seeds * n_units * outputs_size),
      split_weights(tiled ? n_seeds * split_size(n_columns, unit_steps + input_steps) : 0),
      split_back(tiled ? n_seeds * split_size(n_units, column_steps) : 0),
      outputs_by_lane(n_seeds * n_tiles * lanes * outputs_size),
      policies(n_seeds * n_tiles * lanes * n_actions),
      tile_gradient(n_seeds * n_tiles * tile_gradient_size),
      tile_sums(new Sums[n_seeds * n_tiles]),
      n_ahead(n_seeds * n_tiles * (n_threads - 1) / n_threads) {}

Population::~Population() {
    settle();
    delete[] tile_sums;
}

// Transpose what the products need transposed, after a change of weights.
void Population::refresh(long seed) {
    settle();
    transpose(seed);
}

void Population::transpose(long seed) {
    const float* w = weights(seed);
    float* back = back_weights.get() + seed * n_columns * back_stride;
    for (long column = 0; column < n_columns; ++column)
        for (long unit = 0; unit < n_units; ++unit)
            back[column * back_stride + unit] = w[unit * column_stride + column];
    float* head = head_columns.get() + seed * n_units * outputs_size;
    for (long unit = 0; unit < n_units; ++unit)
        for (long output = 0; output < n_outputs; ++output)
            head[unit * outputs_size + output] = w[head_at + output * n_units + unit];
    if (!tiled) return;
    split_pairs(w, n_units, column_stride, n_units, n_columns, unit_weights(seed));
    split_pairs(w + n_units * column_stride, n_inputs + 1, column_stride, row_size, n_columns,
                input_weights(seed));
    split_pairs(back, n_columns, back_stride, n_columns, n_units, back_of(seed));
}

void Population::update(const Settings& settings) {
    settle();
    over_tiles([&](const Tile& tile) { backward(tile, settings); });
    pool.run(int(n_seeds), [&](int seed) { descend(seed, settings); });
}

}  // namespace fastslow

using fastslow::Arrays;
using fastslow::Population;
using fastslow::Settings;

extern "C" {

#pragma GCC visibility push(default)
void* population_create(const Arrays* arrays, int n_threads, int tile_unit) {
    return new Population(*arrays, n_threads, tile_unit);
}
void population_destroy(void* p) { delete static_cast<Population*>(p); }
void population_refresh(void* p, int64_t seed) { static_cast<Population*>(p)->refresh(seed); }
void population_step(void* p, int64_t t) { static_cast<Population*>(p)->step(t); }
void population_look(void* p) { static_cast<Population*>(p)->look(); }
void population_update(void* p, const Settings* settings) {
    static_cast<Population*>(p)->update(*settings);
}
#pragma GCC visibility pop
}
