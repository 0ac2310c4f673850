// Back through a segment: credit, gradients of the gates' sums, and those of the weights.

#include "population.h"

namespace fastslow {
namespace {

constexpr long CHUNK = 4;  // steps whose gate gradients are kept in the second-level cache

float sum_of(const float* x, long n) {
    vec sum = load(x);
    for (long v = WIDTH; v < n; v += WIDTH) sum += load(x + v);
    float total = 0;
    for (int i = 0; i < WIDTH; ++i) total += sum[i];
    return total;
}

// Credit stops where an episode starts: what arrives belongs to the learned initial state.
void move(long n_units, float* d_state, float* d_initial) {
    for (long unit = 0; unit < n_units; ++unit) {
        d_initial[unit] += d_state[unit];
        d_state[unit] = 0;
    }
}

// Advantages, losses and their gradients on logits and value, going back in time.
struct Credit {
    const Population& p;
    const Population::Tile& tile;
    const Settings& settings;
    Population::Sums sums;
    float* policy;
    float next_value[MOST_LANES] = {}, advantage[MOST_LANES] = {};

    Credit(const Population& population, const Population::Tile& t, const Settings& s)
        : p(population), tile(t), settings(s) {
        policy = p.policies.get() + tile.index * p.lanes * p.n_actions;
        copy(p.bootstrap + tile.begin, tile.n, next_value);
    }

    void step_back(long t, float* d_output) {
        const long n_actions = p.n_actions, lanes = p.lanes, at = t * p.n + tile.begin;
        const float* output = p.outputs.get() + p.slot(tile, t) * p.n_outputs * p.lanes;
        float reward[MOST_LANES] = {}, discount[MOST_LANES] = {}, counts[MOST_LANES] = {};
        float taken[MOST_LANES] = {};
        for (long lane = 0; lane < tile.n; ++lane) {
            reward[lane] = p.reward[at + lane];
            discount[lane] = p.discount[at + lane];
            counts[lane] = p.active[at + lane] ? 1.0f : 0.0f;
            taken[lane] = float(p.action[at + lane]);
        }
        float highest[MOST_LANES], total[MOST_LANES], log_taken[MOST_LANES];
        float entropy[MOST_LANES];
        open_policy(output, n_actions, lanes, policy, highest, total);
        const float gamma = float(settings.discount);
        const float trace = float(settings.discount * settings.trace_decay);
        for (long v = 0; v < lanes; v += WIDTH) {
            vec value = load(output + n_actions * lanes + v), d = load(discount + v);
            vec error = load(reward + v) + gamma * d * load(next_value + v) - value;
            vec a_hat = error + trace * d * load(advantage + v);
            store(next_value + v, value);
            store(advantage + v, a_hat);

            vec scale = reciprocal(load(total + v));
            vec shift = load(highest + v) + logarithm(load(total + v));
            vec choice = load(taken + v), of_taken = {}, h = {};
            for (long a = 0; a < n_actions; ++a) {
                vec log_p = load(output + a * lanes + v) - shift;
                h -= scale * load(policy + a * lanes + v) * log_p;
                of_taken = choice == all(float(a)) ? log_p : of_taken;
            }
            vec count = load(counts + v);
            for (long a = 0; a < n_actions; ++a) {
                vec log_p = load(output + a * lanes + v) - shift;
                vec probability = scale * load(policy + a * lanes + v);
                vec chosen = choice == all(float(a)) ? all(1.0f) : vec{};
                vec entropy_pull = float(settings.entropy_weight) * probability * (log_p + h);
                store(d_output + a * lanes + v,
                      count * (a_hat * (probability - chosen) + entropy_pull));
            }
            store(d_output + n_actions * lanes + v,
                  -float(settings.value_weight) * count * a_hat);
            store(log_taken + v, of_taken);
            store(entropy + v, h);
        }
        for (long lane = 0; lane < tile.n; ++lane) {
            if (counts[lane] == 0) continue;
            sums.n_active += 1;
            sums.policy_loss -= double(advantage[lane]) * log_taken[lane];
            sums.value_loss += double(advantage[lane]) * advantage[lane];
            sums.entropy += entropy[lane];
        }
    }
};

}  // namespace

// Room for going back through a chunk of steps.
struct Population::Back {
    float *d_hidden, *d_cell;            // (lanes, n_units)
    float *d_sums, *hidden, *d_outputs;  // of each step
    Place by_lane, sums, before;         // split: d_sums for going back, and for the gradient

    explicit Back(const Population& p) {
        const long state = p.lanes * p.n_units, sums_of_all = CHUNK * p.lanes * p.column_stride;
        const long outputs_of_all = CHUNK * p.n_outputs * p.lanes;
        const long sizes[] = {split_size(p.lanes, p.column_steps), split_size(p.n_columns, CHUNK),
                              split_size(p.n_units + p.row_size, CHUNK)};
        d_hidden = workspace((2 + CHUNK) * state + sums_of_all + outputs_of_all +
                             (p.tiled ? sizes[0] + sizes[1] + sizes[2] : 0));
        d_cell = d_hidden + state;
        d_sums = d_cell + state;
        hidden = d_sums + sums_of_all;
        d_outputs = hidden + CHUNK * state;
        float* split = d_outputs + outputs_of_all;
        by_lane = {halves(split), 0, p.column_steps};
        sums = {halves(split + sizes[0]), 0, CHUNK};
        before = {halves(split + sizes[0] + sizes[1]), 0, CHUNK};
        clear(d_hidden, 2 * state);
    }
};

// The gradient of a tile's summed loss, from the last step to the first.
void Population::backward(const Tile& tile, const Settings& settings) {
    float* own = tile_gradient.get() + tile.index * tile_gradient_size;
    clear(own, tile_gradient_size);
    if (tiled) begin_tiles();
    Credit credit(*this, tile, settings);
    const Back room(*this);
    const float* head = weights(tile.seed) + head_at;
    for (long end = n_steps; end > 0; end -= CHUNK) {
        const long begin = larger(0L, end - CHUNK);
        for (long t = end - 1; t >= begin; --t) {
            const long lane_at = t * n + tile.begin, i = t - begin;
            float* d_output = room.d_outputs + i * n_outputs * lanes;
            credit.step_back(t, d_output);
            product(tile.n, n_units, {d_output, 1, lanes, 0}, {head, n_units, 0}, n_outputs, 1,
                    room.d_hidden, n_units, true);
            const auto [block, hidden_before, cell_before] = kept_of(tile, t);
            Fetch fetch = fetch_half(kept_of(tile, larger(t - 1, 0L)), 1, lanes * n_units / WIDTH);
            for (long lane = 0; lane < tile.n; ++lane)
                deactivate<CORE>(n_units, block + lane * n_columns,
                                 hidden_before + lane * n_units, cell_before + lane * n_units,
                                 reinstated + (lane_at + lane) * n_units,
                                 room.d_hidden + lane * n_units, room.d_cell + lane * n_units,
                                 room.d_sums + (i * lanes + lane) * column_stride,
                                 room.hidden + (i * lanes + lane) * n_units, fetch);
            pass_back(tile, t, i, room);
            for (long lane = 0; lane < tile.n; ++lane)
                if (first[lane_at + lane]) {
                    move(n_units, room.d_hidden + lane * n_units, own + initial_hidden_at);
                    move(n_units, room.d_cell + lane * n_units, own + initial_cell_at);
                }
        }
        add_gradient(tile, begin, end - begin, room, own);
    }
    tile_sums[tile.index] = credit.sums;
}

// From the gradients of step t's sums, the i-th of its chunk, to those of the hidden state before.
void Population::pass_back(const Tile& tile, long t, long i, const Back& room) {
    const auto [block, hidden_before, cell_before] = kept_of(tile, t);
    const float* d_sum = room.d_sums + i * lanes * column_stride;
    constexpr bool ADD = CORE == Core::gru;
    if (!tiled)
        return product(tile.n, n_units, {d_sum, column_stride, 1, 0},
                       {back_weights.get() + tile.seed * n_columns * back_stride, back_stride, 0},
                       n_columns, 1, room.d_hidden, n_units, ADD,
                       t ? block - kept_size : nullptr);
    split_rows(d_sum, tile.n, column_stride, lanes, n_columns, room.by_lane);
    tile_product(room.by_lane, back_of(tile.seed), column_steps, lanes, n_units, room.d_hidden,
                 n_units, ADD,
                 fetch_half(kept_of(tile, larger(t - 1, 0L)), 0, n_units / SIDE * column_steps));
    const Place before{room.before.split, i, CHUNK}, inputs{before.at(n_units / SIDE, 0), 0, CHUNK};
    split_pairs(d_sum, tile.n, column_stride, TERMS, n_columns, {room.sums.split, i, CHUNK});
    split_turned(hidden_before, tile.n, n_units, n_units, before);
    split_turned(rows + (t * n + tile.begin) * row_size, tile.n, row_size, row_size, inputs);
}

// Add what a chunk of steps contributes to the gradient of the weights.
void Population::add_gradient(const Tile& tile, long begin, long n_kept, const Back& room,
                              float* own) {
    const long state_size = lanes * n_units, outputs_of_step = n_outputs * lanes;
    if (tiled) {
        tile_product(room.before, room.sums, n_kept, n_units + row_size, n_columns, own,
                     column_stride, true);
    } else {
        const Right sums{room.d_sums, column_stride, lanes * column_stride};
        product(n_units, n_columns, {kept_of(tile, begin).hidden, 1, n_units, kept_size}, sums,
                tile.n, n_kept, own, column_stride, true);
        product(n_inputs + 1, n_columns,
                {rows + (begin * n + tile.begin) * row_size, 1, row_size, n * row_size}, sums,
                tile.n, n_kept, own + n_units * column_stride, column_stride, true);
    }
    product(n_outputs, n_units, {room.d_outputs, lanes, 1, outputs_of_step},
            {room.hidden, n_units, state_size}, tile.n, n_kept, own + head_at, n_units, true);
    for (long i = 0; i < n_kept * n_outputs; ++i)
        own[head_bias_at + i % n_outputs] += sum_of(room.d_outputs + i * lanes, lanes);
}

}  // namespace fastslow
