// A population of networks: the caller's arrays, what forward keeps for backward, and the parts of
// the work.
//
// The sums of all gates are a product of the hidden state with the first n_units rows of the weights,
// and one of a lane's input row [inputs | 1 | padding] with the rest. Units are padded to a multiple
// of 16 with weights of 0, which then stay 0. GRUs have their recurrent candidate apart from the
// driven one, so their weights hold two blocks that are always 0.
//
// What forward keeps for backward is too much for the caches, so all that a tile keeps of a step lies
// together, and while a product is computed the next step's place is fetched, line by line.

#pragma once

#include "gates.h"
#include "memory.h"
#include "pool.h"
#include "product.h"
#include "tiles.h"

namespace fastslow {

constexpr long MOST_LANES = 32;  // of a tile
constexpr Core CORE = Core::FASTSLOW_CORE;  // build.py makes a library for each

// The caller's arrays, and sizes; `population.py` mirrors this.
struct Arrays {
    int64_t n_inputs, n_units, n_actions, n_seeds, n_lanes, n_steps;
    int64_t row_size, parameter_size;
    float* rows;               // (n_steps + 1, n, row_size)
    const float* reinstated;   // (n_steps + 1, n, n_units) or null
    float *parameters, *mean, *square, *gradient;  // (n_seeds, parameter_size)
    int64_t* count;            // (n_seeds,)
    float *hidden, *cell;      // (n, n_units)
    const uint8_t* first;      // (n_steps + 1, n)
    const float* draw;         // (n,)
    int64_t* action;           // (n_steps, n)
    float* bootstrap;          // (n,)
    const float *reward, *discount;  // (n_steps, n)
    const uint8_t* active;     // (n_steps, n)
    double* measured;          // (4, n_seeds): policy loss, value loss, entropy, gradient norm
};

struct Settings {
    int64_t adam;
    double learning_rate, discount, trace_decay, value_weight, entropy_weight, max_gradient_norm,
        squared_decay, epsilon;
};

struct Population : Arrays {
    bool tiled;  // by the tile unit
    long lanes;  // of a tile
    long n, n_tiles, n_outputs, n_columns, column_stride, back_stride, depth, outputs_size;
    long head_at, head_bias_at, initial_hidden_at, initial_cell_at, kept_size;
    // Of the tile unit: steps of sums over units, inputs and columns. It takes input rows with their
    // padding, so it also adds zeros to what lies behind a tile's gradient of the weights.
    long unit_steps, input_steps, column_steps, tile_gradient_size;
    Pool pool;
    // By tile and step: what `Kept` points to; policy logits and value, (n_outputs, lanes).
    Floats kept, outputs;
    // By seed: recurrent weights and head, transposed; all weights of the sums, and the recurrent ones
    // transposed, split for the tile unit.
    Floats back_weights, head_columns, split_weights, split_back;
    // By tile: room for the outputs by lane and for policies; the gradient.
    Floats outputs_by_lane, policies, tile_gradient;
    struct Sums {
        double n_active = 0, policy_loss = 0, value_loss = 0, entropy = 0;
    };
    Sums* tile_sums;
    long n_ahead;     // tiles whose recurrent sums are computed ahead
    long ahead = -1;  // the step for which they are being computed, or -1
    struct Recur {
        Population* population;
        void operator()(int index) const {
            population->sum_up(population->tile(index), population->ahead, true, false);
        }
    } recur_ahead{this};

    Population(const Arrays& arrays, int n_threads, bool tile_unit);
    ~Population();

    void refresh(long seed);
    void step(long t);
    void look();
    void update(const Settings& settings);

    long n_slots() const { return n_seeds * n_tiles * (n_steps + 1); }
    const float* weights(long seed) const { return parameters + seed * parameter_size; }

    struct Tile {
        long index, seed, begin, n;  // lanes begin .. begin + n of the population
    };

    Tile tile(long index) const {
        long seed = index / n_tiles, begin = index % n_tiles * lanes;
        return {index, seed, seed * n_lanes + begin, smaller(lanes, n_lanes - begin)};
    }

    long slot(const Tile& tile, long t) const { return tile.index * (n_steps + 1) + t; }

    // What backward needs of a step: gate activations (lanes, n_columns), hidden and cell state
    // before the step (lanes, n_units).
    struct Kept {
        float *block, *hidden, *cell;
    };

    Kept kept_of(const Tile& tile, long t) const {
        float* block = kept.get() + slot(tile, t) * kept_size;
        float* state = block + lanes * n_columns;
        return {block, state, state + lanes * n_units};
    }

    template <class Job>
    void over_tiles(const Job& job) {
        pool.run(int(n_seeds * n_tiles), [&](int index) { job(tile(index)); });
    }

    Place unit_weights(long seed) const {
        const long n_steps = unit_steps + input_steps;
        return {halves(split_weights.get()) + seed * 2 * split_size(n_columns, n_steps), 0, n_steps};
    }

    Place input_weights(long seed) const {
        const Place units = unit_weights(seed);
        return {units.split, unit_steps, units.n_steps};
    }

    Place back_of(long seed) const {
        return {halves(split_back.get()) + seed * 2 * split_size(n_units, column_steps), 0,
                column_steps};
    }

    // Brings half of what is kept of a step, the first or the second, in `n_calls`; where there is no
    // tile unit it comes whole with the product.
    Fetch fetch_half(const Kept& kept, int half, long n_calls) const {
        if (!tiled) return {};
        const long n_lines = kept_size / LINE / 2;
        return {kept.block + half * n_lines * LINE, in_tiles(n_lines, n_calls)};
    }

   private:
    void transpose(long seed);

    long settle();
    void sum_up(const Tile& tile, long t, bool of_units, bool of_inputs);
    void forward(const Tile& tile, long t, bool ready);
    void read_out(const Tile& tile, const float* h, float* out);
    void sample(const Tile& tile, long t);

    struct Back;
    void backward(const Tile& tile, const Settings& settings);
    void pass_back(const Tile& tile, long t, long i, const Back& room);
    void add_gradient(const Tile& tile, long begin, long n_kept, const Back& room, float* own);

    void descend(long seed, const Settings& settings);
    void clear_unused(float* g);
    void take_step(long seed, double clip, const Settings& settings);
};

// The policies of a tile at one step, (n_actions, lanes): e^(logit - highest), not yet divided by
// their total.
inline void open_policy(const float* logit, long n_actions, long lanes, float* weight,
                        float* highest, float* total) {
    for (long v = 0; v < lanes; v += WIDTH) {
        vec high = load(logit + v), sum = {};
        for (long a = 1; a < n_actions; ++a) {
            vec x = load(logit + a * lanes + v);
            high = x > high ? x : high;
        }
        for (long a = 0; a < n_actions; ++a) {
            vec x = exponential(load(logit + a * lanes + v) - high);
            sum += x;
            store(weight + a * lanes + v, x);
        }
        store(highest + v, high);
        store(total + v, sum);
    }
}

}  // namespace fastslow
