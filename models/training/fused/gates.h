// What the units of each core do between the products: activations forward, their gradients back.
//
// All arrays of one lane hold n_units (padded) numbers a block. Blocks: LSTM input, forget, output,
// [reinstatement,] candidate; GRU reset, update, candidate's driven part, candidate's recurrent
// part; vanilla one.

#pragma once

#include "vector.h"

namespace fastslow {

enum class Core { vanilla, gru, lstm, episodic_lstm };

constexpr int blocks_of(Core core) {
    return core == Core::vanilla ? 1 : core == Core::episodic_lstm ? 5 : 4;
}

constexpr bool has_cell(Core core) { return core == Core::lstm || core == Core::episodic_lstm; }

// One tile's arrays at one step, each (lanes, n_units), blocks (lanes, blocks * n_units).
struct Activity {
    long n_units;
    float *block, *hidden, *cell;
    const float* reinstated;
};

// How often `activate` calls `fetch` for WIDTH units of ROWS lanes; `deactivate` does once for those
// of one lane.
constexpr int fetches_of(Core core) { return core == Core::gru ? 3 : blocks_of(core); }

// Turn the sums in `block` into activations, `hidden` and `cell` into those after this step, for K
// lanes from `lane`.
template <Core CORE, int K>
void activate(const Activity& at, long lane, Fetch& fetch) {
    constexpr int BLOCKS = blocks_of(CORE);
    for (long j = 0; j < at.n_units; j += WIDTH) {
        auto spot = [&](int k) { return (lane + k) * at.n_units + j; };
        auto block = [&](int b, int k) {
            return at.block + ((lane + k) * BLOCKS + b) * at.n_units + j;
        };
        auto read = [&](int b, vec(&x)[K]) { each<K>([&](int k) { x[k] = load(block(b, k)); }); };
        auto keep = [&](int b, vec(&x)[K]) { each<K>([&](int k) { store(block(b, k), x[k]); }); };
        auto gate = [&](int b, vec(&x)[K]) {
            fetch();
            read(b, x);
            sigmoid(x);
            keep(b, x);
        };
        vec candidate[K];
        fetch();
        read(CORE == Core::gru ? 2 : BLOCKS - 1, candidate);
        if constexpr (CORE == Core::vanilla) {
            tanh(candidate);
            keep(0, candidate);
            each<K>([&](int k) { store(at.hidden + spot(k), candidate[k]); });
        } else if constexpr (CORE == Core::gru) {
            vec reset[K], update[K];
            gate(0, reset);
            gate(1, update);
            each<K>([&](int k) { candidate[k] += reset[k] * load(block(3, k)); });
            tanh(candidate);
            keep(2, candidate);
            each<K>([&](int k) {
                vec before = load(at.hidden + spot(k));
                store(at.hidden + spot(k), (1.0f - update[k]) * candidate[k] + update[k] * before);
            });
        } else {
            vec input[K], forget[K], output[K], cell[K];
            gate(0, input);
            gate(1, forget);
            gate(2, output);
            tanh(candidate);
            keep(BLOCKS - 1, candidate);
            each<K>([&](int k) {
                cell[k] = forget[k] * load(at.cell + spot(k)) + input[k] * candidate[k];
            });
            if constexpr (CORE == Core::episodic_lstm) {
                vec reinstatement[K];
                gate(3, reinstatement);
                each<K>([&](int k) { cell[k] += reinstatement[k] * load(at.reinstated + spot(k)); });
            }
            each<K>([&](int k) { store(at.cell + spot(k), cell[k]); });
            tanh(cell);
            each<K>([&](int k) { store(at.hidden + spot(k), output[k] * cell[k]); });
        }
    }
}

template <Core CORE>
void activate(const Activity& at, long n_lanes, Fetch fetch) {
    long lane = 0;
    for (; lane + ROWS <= n_lanes; lane += ROWS) activate<CORE, ROWS>(at, lane, fetch);
    for (; lane < n_lanes; ++lane) activate<CORE, 1>(at, lane, fetch);
}

// From the gradients of `hidden` and `cell` after a step (in d_hidden, d_cell) to those of the sums
// (into d_block), and of what reaches the state before the step other than through the recurrent
// weights (back into d_hidden, d_cell). Also rewrites `hidden`, the state after the step.
template <Core CORE>
void deactivate(long n_units, const float* block, const float* hidden_before,
                const float* cell_before, const float* reinstated,
                float* d_hidden, float* d_cell, float* d_block, float* hidden, Fetch& fetch) {
    for (long j = 0; j < n_units; j += WIDTH) {
        fetch();
        auto gate = [&](int b) { return load(block + b * n_units + j); };
        auto keep = [&](int b, vec x) { store(d_block + b * n_units + j, x); };
        vec dh = load(d_hidden + j);
        if constexpr (CORE == Core::vanilla) {
            vec h = gate(0);
            keep(0, dh * (1.0f - h * h));
            store(hidden + j, h);
        } else if constexpr (CORE == Core::gru) {
            vec reset = gate(0), update = gate(1), candidate = gate(2), inner = gate(3);
            vec before = load(hidden_before + j);
            vec d_candidate = dh * (1.0f - update) * (1.0f - candidate * candidate);
            keep(0, d_candidate * inner * reset * (1.0f - reset));
            keep(1, dh * (before - candidate) * update * (1.0f - update));
            keep(2, d_candidate);
            keep(3, d_candidate * reset);
            store(d_hidden + j, dh * update);
            store(hidden + j, (1.0f - update) * candidate + update * before);
        } else {
            vec input = gate(0), forget = gate(1), output = gate(2);
            vec candidate = gate(blocks_of(CORE) - 1), before = load(cell_before + j);
            vec squashed[1] = {forget * before + input * candidate};
            if constexpr (CORE == Core::episodic_lstm) squashed[0] += gate(3) * load(reinstated + j);
            tanh(squashed);
            vec dc = load(d_cell + j) + dh * output * (1.0f - squashed[0] * squashed[0]);
            keep(0, dc * candidate * input * (1.0f - input));
            keep(1, dc * before * forget * (1.0f - forget));
            keep(2, dh * squashed[0] * output * (1.0f - output));
            keep(blocks_of(CORE) - 1, dc * input * (1.0f - candidate * candidate));
            if constexpr (CORE == Core::episodic_lstm) {
                vec reinstatement = gate(3);
                keep(3, dc * load(reinstated + j) * reinstatement * (1.0f - reinstatement));
            }
            store(d_cell + j, dc * forget);
            store(hidden + j, output * squashed[0]);
        }
    }
}

}  // namespace fastslow
