// A step forward of all tiles: sums, activations, outputs, and the actions drawn from them.

#include "population.h"

namespace fastslow {

// While the caller's world answers, the other threads compute what the next step's sums owe to
// the units; it does not depend on the answer. They do so for the tiles which they will then
// take forward themselves, since to fetch the sums from another core's cache takes as long as
// to compute them.
void Population::step(long t) {
    bool ready = settle() == t;
    over_tiles([&](const Tile& tile) {
        forward(tile, t, ready && tile.index < n_ahead);
        sample(tile, t);
    });
    if (t + 1 < n_steps && n_ahead > 0 && pool.helped()) {
        ahead = t + 1;
        pool.start(int(n_ahead), recur_ahead);
    }
}

// Wait for what was begun ahead; return which step that is for, or -1.
long Population::settle() {
    if (ahead >= 0) pool.finish();
    const long was = ahead;
    ahead = -1;
    return was;
}

// The sums of step t: the part that comes from the units, that from the input rows, or both in
// this order; what follows an earlier part is added to it.
void Population::sum_up(const Tile& tile, long t, bool of_units, bool of_inputs) {
    float* block = kept_of(tile, t).block;
    const float* row = rows + (t * n + tile.begin) * row_size;
    if (!tiled) {
        const float* w = weights(tile.seed);
        if (of_units)
            product(tile.n, n_columns, {hidden + tile.begin * n_units, n_units, 1, 0},
                    {w, column_stride, 0}, n_units, 1, block, n_columns, false,
                    kept_of(tile, t + 1).block);
        if (of_inputs)
            product(tile.n, n_columns, {row, row_size, 1, 0},
                    {w + n_units * column_stride, column_stride, 0}, n_inputs + 1, 1, block,
                    n_columns, true);
        return;
    }
    begin_tiles();
    const long n_steps = unit_steps + input_steps;
    const Place units{halves(workspace(split_size(lanes, n_steps))), 0, n_steps};
    const Place inputs{units.split, unit_steps, n_steps};
    if (of_units)
        split_rows(hidden + tile.begin * n_units, tile.n, n_units, lanes, n_units, units);
    if (of_inputs) split_rows(row, tile.n, row_size, lanes, row_size, inputs);
    if (of_units)
        tile_product(units, unit_weights(tile.seed), of_inputs ? n_steps : unit_steps, lanes,
                     n_columns, block, n_columns, false,
                     fetch_half(kept_of(tile, t + 1), 0, n_columns / SIDE * unit_steps));
    else
        tile_product(inputs, input_weights(tile.seed), input_steps, lanes, n_columns, block,
                     n_columns, true);
}

// The value of the last input row; the state stays as it is.
void Population::look() {
    settle();
    Floats hidden_now(n * n_units), cell_now(n * n_units);
    copy(hidden, n * n_units, hidden_now.get());
    copy(cell, n * n_units, cell_now.get());
    over_tiles([&](const Tile& tile) {
        forward(tile, n_steps, false);
        const float* value =
            outputs.get() + (slot(tile, n_steps) * n_outputs + n_actions) * lanes;
        copy(value, tile.n, bootstrap + tile.begin);
    });
    copy(hidden_now.get(), n * n_units, hidden);
    copy(cell_now.get(), n * n_units, cell);
}

// One step of a tile; `ready` says that the units' part of the sums is there.
void Population::forward(const Tile& tile, long t, bool ready) {
    const float* w = weights(tile.seed);
    float* h = hidden + tile.begin * n_units;
    float* c = cell + tile.begin * n_units;
    const auto [block, hidden_before, cell_before] = kept_of(tile, t);
    for (long lane = 0; lane < tile.n; ++lane)
        if (first[t * n + tile.begin + lane]) {
            copy(w + initial_hidden_at, n_units, h + lane * n_units);
            copy(w + initial_cell_at, n_units, c + lane * n_units);
            ready = false;
        }
    copy(h, tile.n * n_units, hidden_before);
    if (has_cell(CORE)) copy(c, tile.n * n_units, cell_before);
    sum_up(tile, t, !ready, true);
    activate<CORE>({n_units, block, h, c, reinstated + (t * n + tile.begin) * n_units}, tile.n,
                   fetch_half(kept_of(tile, t + 1), 1,
                              lanes / ROWS * n_units / WIDTH * fetches_of(CORE)));
    read_out(tile, h, outputs.get() + slot(tile, t) * n_outputs * lanes);
}

void Population::read_out(const Tile& tile, const float* h, float* out) {
    const float* bias = weights(tile.seed) + head_bias_at;
    const float* head = head_columns.get() + tile.seed * n_units * outputs_size;
    float* by_lane = outputs_by_lane.get() + tile.index * lanes * outputs_size;
    product(tile.n, outputs_size, {h, n_units, 1, 0}, {head, outputs_size, 0}, n_units, 1,
            by_lane, outputs_size, false);
    for (long output = 0; output < n_outputs; ++output)
        for (long lane = 0; lane < tile.n; ++lane)
            out[output * lanes + lane] = by_lane[lane * outputs_size + output] + bias[output];
}

// The action at which the cumulative policy passes the draw.
void Population::sample(const Tile& tile, long t) {
    float* policy = policies.get() + tile.index * lanes * n_actions;
    float highest[MOST_LANES], total[MOST_LANES];
    open_policy(outputs.get() + slot(tile, t) * n_outputs * lanes, n_actions, lanes, policy,
                highest, total);
    for (long lane = 0; lane < tile.n; ++lane) {
        float cumulative = 0, mark = draw[tile.begin + lane] * total[lane];
        int64_t choice = 0;
        for (long a = 0; a < n_actions - 1; ++a) {
            cumulative += policy[a * lanes + lane];
            choice += cumulative <= mark;
        }
        action[t * n + tile.begin + lane] = choice;
    }
}

}  // namespace fastslow
