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

// Turn the sums in `block` into activations; `hidden` and `cell` into those after this step.
template <Core CORE>
void activate(long n_units, float* block, float* hidden, float* cell, float* tanh_cell,
              const float* reinstated) {
    for (long j = 0; j < n_units; j += WIDTH) {
        auto sum = [&](int b) { return load(block + b * n_units + j); };
        auto keep = [&](int b, vec x) { store(block + b * n_units + j, x); };
        if constexpr (CORE == Core::vanilla) {
            vec h = tanh(sum(0));
            keep(0, h);
            store(hidden + j, h);
        } else if constexpr (CORE == Core::gru) {
            vec reset = sigmoid(sum(0)), update = sigmoid(sum(1));
            vec candidate = tanh(sum(2) + reset * sum(3));
            keep(0, reset);
            keep(1, update);
            keep(2, candidate);
            store(hidden + j, (1.0f - update) * candidate + update * load(hidden + j));
        } else {
            vec input = sigmoid(sum(0)), forget = sigmoid(sum(1)), output = sigmoid(sum(2));
            vec candidate = tanh(sum(blocks_of(CORE) - 1));
            vec c = forget * load(cell + j) + input * candidate;
            if constexpr (CORE == Core::episodic_lstm) {
                vec reinstatement = sigmoid(sum(3));
                c += reinstatement * load(reinstated + j);
                keep(3, reinstatement);
            }
            vec squashed = tanh(c);
            keep(0, input);
            keep(1, forget);
            keep(2, output);
            keep(blocks_of(CORE) - 1, candidate);
            store(tanh_cell + j, squashed);
            store(cell + j, c);
            store(hidden + j, output * squashed);
        }
    }
}

// From the gradients of `hidden` and `cell` after a step (in d_hidden, d_cell) to those of the sums
// (into d_block), and of what reaches the state before the step other than through the recurrent
// weights (back into d_hidden, d_cell). Also rewrites `hidden`, the state after the step.
template <Core CORE>
void deactivate(long n_units, const float* block, const float* hidden_before,
                const float* cell_before, const float* tanh_cell, const float* reinstated,
                float* d_hidden, float* d_cell, float* d_block, float* hidden) {
    for (long j = 0; j < n_units; j += WIDTH) {
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
            vec candidate = gate(blocks_of(CORE) - 1), squashed = load(tanh_cell + j);
            vec dc = load(d_cell + j) + dh * output * (1.0f - squashed * squashed);
            keep(0, dc * candidate * input * (1.0f - input));
            keep(1, dc * load(cell_before + j) * forget * (1.0f - forget));
            keep(2, dh * squashed * output * (1.0f - output));
            keep(blocks_of(CORE) - 1, dc * input * (1.0f - candidate * candidate));
            if constexpr (CORE == Core::episodic_lstm) {
                vec reinstatement = gate(3);
                keep(3, dc * load(reinstated + j) * reinstatement * (1.0f - reinstatement));
            }
            store(d_cell + j, dc * forget);
            store(hidden + j, output * squashed);
        }
    }
}

}  // namespace fastslow
