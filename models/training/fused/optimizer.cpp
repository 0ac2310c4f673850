// From the gradients of a seed's tiles to its new weights.

#include "population.h"

namespace fastslow {

constexpr double ADAM_FIRST_DECAY = 0.9;

void Population::descend(long seed, const Settings& settings) {
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
void Population::clear_unused(float* g) {
    for (long i = 0; i + 1 < depth; ++i)
        clear(g + i * column_stride + (i < n_units ? 2 : 3) * n_units, n_units);
}

void Population::take_step(long seed, double clip, const Settings& settings) {
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

}  // namespace fastslow
