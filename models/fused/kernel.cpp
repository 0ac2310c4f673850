// An advantage actor-critic for a population of recurrent networks: steps forward, then
// back-propagation, clipping and the optimizer in one call. The semantics are those of autograd.py.
//
// 16 or 32 lanes of one seed are a tile. One thread takes a tile through a step, or backward through a
// whole segment, into a gradient of its own; the gradients of a seed's tiles are then added in
// order. So a seed's numbers depend neither on the seeds beside it nor on the number of threads.
//
// The sums of all gates are a product of the hidden state with the first n_units rows of the weights,
// and one of a lane's input row [inputs | 1 | padding] with the rest. Units are padded to a multiple
// of 16 with weights of 0, which then stay 0. GRUs have their recurrent candidate apart from the
// driven one, so their weights hold two blocks that are always 0.
//
// What forward keeps for backward is too much for the caches, so all that a tile keeps of a step lies
// together, and while a product is computed the next step's place is fetched, line by line.

#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

#include "gates.h"
#include "pool.h"
#include "tiles.h"

namespace fastslow {
namespace {

constexpr long MOST_LANES = 32;  // of a tile
constexpr long CHUNK = 4;   // steps whose gate gradients are kept in the second-level cache
constexpr double ADAM_FIRST_DECAY = 0.9;
constexpr Core CORE = Core::FASTSLOW_CORE;  // build.py makes a library for each

template <class T>
T larger(T x, T y) { return x > y ? x : y; }

template <class T>
T smaller(T x, T y) { return x < y ? x : y; }

void copy(const float* from, long n, float* to) { memcpy(to, from, size_t(n) * sizeof(float)); }
void clear(float* x, long n) { memset(x, 0, size_t(n) * sizeof(float)); }

long round_up(long n) { return (n + 15) / 16 * 16; }

// Rows an odd number of cache lines apart do not compete for the same places in the cache.
long odd_lines(long n) { return (n + 15) / 16 * 16 | 16; }

// Zeros; large arrays on large pages where the system has them.
class Floats {
   public:
    explicit Floats(long n) {
        size_t size = size_t(round_up(larger(n, 1L))) * sizeof(float), line = 64;
#ifdef MADV_HUGEPAGE
        constexpr size_t PAGE = size_t(1) << 21;
        if (size >= PAGE) {
            line = PAGE;
            size = (size + PAGE - 1) / PAGE * PAGE;
        }
#endif
        data = static_cast<float*>(aligned_alloc(line, size));
        if (!data) abort();
#ifdef MADV_HUGEPAGE
        if (line == PAGE) madvise(data, size, MADV_HUGEPAGE);
#endif
        memset(data, 0, size);
    }
    ~Floats() { free(data); }
    Floats(const Floats&) = delete;
    void operator=(Floats&& other) {  // which then frees what was here
        float* old = data;
        data = other.data;
        other.data = old;
    }
    float* get() const { return data; }

   private:
    float* data;
};

}  // namespace

extern "C" {

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
}

namespace {

// Room for n floats, which stays with the thread: asking the system each time costs more.
float* workspace(long n) {
    thread_local Floats room(0);
    thread_local long size = 0;
    if (n > size) {
        room = Floats(n);
        size = n;
    }
    return room.get();
}

float sum_of(const float* x, long n) {
    vec sum = load(x);
    for (long v = WIDTH; v < n; v += WIDTH) sum += load(x + v);
    float total = 0;
    for (int i = 0; i < WIDTH; ++i) total += sum[i];
    return total;
}

// The policies of a tile at one step, (n_actions, lanes): e^(logit - highest), not yet divided by
// their total.
void open_policy(const float* logit, long n_actions, long lanes, float* weight, float* highest,
                 float* total) {
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

    Population(const Arrays& arrays, int n_threads, bool tile_unit)
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

    ~Population() {
        settle();
        delete[] tile_sums;
    }

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

    // Transpose what the products need transposed, after a change of weights.
    void refresh(long seed) {
        settle();
        transpose(seed);
    }

    void transpose(long seed) {
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

    // ------------------------------------------------------------------ forward

    // While the caller's world answers, the other threads compute what the next step's sums owe to
    // the units; it does not depend on the answer. They do so for the tiles which they will then
    // take forward themselves, since to fetch the sums from another core's cache takes as long as
    // to compute them.
    void step(long t) {
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
    long settle() {
        if (ahead >= 0) pool.finish();
        const long was = ahead;
        ahead = -1;
        return was;
    }

    // Brings half of what is kept of a step, the first or the second, in `n_calls`; where there is no
    // tile unit it comes whole with the product.
    Fetch fetch_half(const Kept& kept, int half, long n_calls) const {
        if (!tiled) return {};
        const long n_lines = kept_size / LINE / 2;
        return {kept.block + half * n_lines * LINE, in_tiles(n_lines, n_calls)};
    }

    // The sums of step t: the part that comes from the units, that from the input rows, or both in
    // this order; what follows an earlier part is added to it.
    void sum_up(const Tile& tile, long t, bool of_units, bool of_inputs) {
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
    void look() {
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
    void forward(const Tile& tile, long t, bool ready) {
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

    void read_out(const Tile& tile, const float* h, float* out) {
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
    void sample(const Tile& tile, long t) {
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

    // ------------------------------------------------------------------ backward

    void update(const Settings& settings) {
        settle();
        over_tiles([&](const Tile& tile) { backward(tile, settings); });
        pool.run(int(n_seeds), [&](int seed) { descend(seed, settings); });
    }

    // Room for going back through a chunk of steps.
    struct Back {
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
    void backward(const Tile& tile, const Settings& settings) {
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
                        move(room.d_hidden + lane * n_units, own + initial_hidden_at);
                        move(room.d_cell + lane * n_units, own + initial_cell_at);
                    }
            }
            add_gradient(tile, begin, end - begin, room, own);
        }
        tile_sums[tile.index] = credit.sums;
    }

    // From the gradients of step t's sums, the i-th of its chunk, to those of the hidden state before.
    void pass_back(const Tile& tile, long t, long i, const Back& room) {
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
    void add_gradient(const Tile& tile, long begin, long n_kept, const Back& room, float* own) {
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

    // Credit stops where an episode starts: what arrives belongs to the learned initial state.
    void move(float* d_state, float* d_initial) {
        for (long unit = 0; unit < n_units; ++unit) {
            d_initial[unit] += d_state[unit];
            d_state[unit] = 0;
        }
    }

    // Advantages, losses and their gradients on logits and value, going back in time.
    struct Credit {
        const Population& p;
        const Tile& tile;
        const Settings& settings;
        Sums sums;
        float* policy;
        float next_value[MOST_LANES] = {}, advantage[MOST_LANES] = {};

        Credit(const Population& population, const Tile& t, const Settings& s)
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

    // ------------------------------------------------------------------ optimizer

    void descend(long seed, const Settings& settings) {
        float* g = gradient + seed * parameter_size;
        Sums sums;
        clear(g, parameter_size);
        for (long index = seed * n_tiles; index < (seed + 1) * n_tiles; ++index) {
            const float* part = tile_gradient.get() + index * tile_gradient_size;
            for (long i = 0; i < parameter_size; ++i) g[i] += part[i];
            sums.n_active += tile_sums[index].n_active;
            sums.policy_loss += tile_sums[index].policy_loss;
            sums.value_loss += tile_sums[index].value_loss;
            sums.entropy += tile_sums[index].entropy;
        }
        const double share = 1 / larger(sums.n_active, 1.0);
        if (CORE == Core::gru) clear_unused(g);
        vec squares = {};
        for (long i = 0; i < parameter_size; i += WIDTH) {
            vec x = load(g + i) * float(share);
            store(g + i, x);
            squares += x * x;
        }
        double norm = 0;
        for (int i = 0; i < WIDTH; ++i) norm += squares[i];
        norm = __builtin_sqrt(norm);
        const double losses[] = {sums.policy_loss * share, sums.value_loss * share,
                                 sums.entropy * share};
        bool finite = __builtin_isfinite(norm + losses[0] + losses[1] + losses[2]);
        for (int i = 0; i < 3; ++i) measured[i * n_seeds + seed] = losses[i];
        measured[3 * n_seeds + seed] = finite ? norm : __builtin_nan("");
        if (!finite) return;
        count[seed] += 1;
        take_step(seed, settings.max_gradient_norm / larger(norm, 1e-12), settings);
        transpose(seed);
    }

    // GRU: the candidate's driven part hears no units, its recurrent part no inputs.
    void clear_unused(float* g) {
        for (long i = 0; i + 1 < depth; ++i)
            clear(g + i * column_stride + (i < n_units ? 2 : 3) * n_units, n_units);
    }

    void take_step(long seed, double clip, const Settings& settings) {
        float* __restrict__ w = parameters + seed * parameter_size;
        float* __restrict__ m = mean + seed * parameter_size;
        float* __restrict__ s = square + seed * parameter_size;
        const float* __restrict__ g = gradient + seed * parameter_size;
        const float scale = float(smaller(1.0, clip)), rate = float(settings.learning_rate);
        const float epsilon = float(settings.epsilon);
        const float new_mean = float(1 - ADAM_FIRST_DECAY);
        const float new_square = float(1 - settings.squared_decay);
        const double b1 = __builtin_pow(ADAM_FIRST_DECAY, double(count[seed]));
        const double b2 = __builtin_pow(settings.squared_decay, double(count[seed]));
        const float unbias_mean = float(1 / (1 - b1)), unbias_square = float(1 / (1 - b2));
        const float tiny = 1e-37f;  // where epsilon is 0, padding stays 0 instead of 0 / 0
        if (settings.adam) {
            for (long i = 0; i < parameter_size; ++i) {
                float x = g[i] * scale;
                m[i] += new_mean * (x - m[i]);
                s[i] += new_square * (x * x - s[i]);
                w[i] -= rate * (m[i] * unbias_mean) /
                        (__builtin_sqrtf(s[i] * unbias_square) + epsilon + tiny);
            }
        } else {  // a mean square that starts at 1 and is kept without that 1's remainder, b2
            const float offset = float(b2 + settings.epsilon) + tiny;
            for (long i = 0; i < parameter_size; ++i) {
                float x = g[i] * scale;
                s[i] += new_square * (x * x - s[i]);
                w[i] -= rate * x / __builtin_sqrtf(s[i] + offset);
            }
        }
    }
};

}  // namespace

extern "C" {

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
}

}  // namespace fastslow
