// How many floating-point operations a second one core can do: fused multiply-adds on vectors that
// stay in registers. 24 independent chains hide the latency of the instruction (4 cycles, two a
// cycle) with registers to spare.
#include <cstdint>

#if defined(__AVX512F__)
constexpr int LANES = 16;
#elif defined(__AVX__)
constexpr int LANES = 8;
#else
constexpr int LANES = 4;
#endif
constexpr int CHAINS = LANES == 8 ? 12 : 24;  // AVX has 16 registers, the others 32

typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));

// Returns the operations done; `sink` keeps the compiler from dropping them.
extern "C" double multiply_add(int64_t rounds, float* sink) {
    Vector chain[CHAINS];
    for (int i = 0; i < CHAINS; ++i) chain[i] = Vector{} + (1.0f + 0.01f * i);
    const Vector scale = Vector{} + (sink[0] + 0.999f), shift = Vector{} + (sink[0] + 0.001f);
    for (int64_t r = 0; r < rounds; ++r) {
#pragma GCC unroll 32
        for (int i = 0; i < CHAINS; ++i) chain[i] = chain[i] * scale + shift;
    }
    for (int i = 1; i < CHAINS; ++i) chain[0] += chain[i];
    sink[1] = chain[0][0];
    return 2.0 * CHAINS * LANES * static_cast<double>(rounds);
}
