// POSIX threads: the headers of C++'s own would take as long to compile as the kernel.

#include "pool.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include <atomic>

namespace fastslow {
namespace {

constexpr double PATIENCE = 100;  // microseconds
constexpr int ROUNDS_ALONE = 200;
constexpr int SPINS = 2000;  // about 100 microseconds, longer than a step of most tasks
constexpr int MOST = 1 << 16;

void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

double now() {  // microseconds
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e6 * double(t.tv_sec) + 1e-3 * double(t.tv_nsec);
}

// `tickets` holds, from the low bits, the first job left, the end of those left, and the round, so
// that a late thread cannot take a job of another round.
uint64_t first_left(uint64_t seen) { return seen & 0xffff; }
uint64_t end_left(uint64_t seen) { return seen >> 16 & 0xffff; }
bool any_left(uint64_t seen) { return first_left(seen) < end_left(seen); }

}  // namespace

struct Pool::Threads {
    // Each on a cache line of its own.
    alignas(64) std::atomic<uint64_t> tickets{0};
    alignas(64) std::atomic<int> to_do{0};
    alignas(64) std::atomic<bool> stopping{false};
    Call call = nullptr;
    const void* job = nullptr;
    int alone = 0;  // rounds left without the others
    int n_others = 0;
    pthread_t* others;

    // Take a job, the last or the first, and do it; false if none is left.
    bool take(bool last) {
        uint64_t seen = tickets;
        while (any_left(seen)) {
            const uint64_t index = last ? end_left(seen) - 1 : first_left(seen);
            if (tickets.compare_exchange_weak(seen, last ? seen - (uint64_t(1) << 16) : seen + 1)) {
                call(job, int(index));
                if (to_do.fetch_sub(1) == 1) to_do.notify_all();
                return true;
            }
        }
        return false;
    }

    void work() {
        for (int spins = 0; !stopping;) {
            if (take(false)) {
                spins = 0;
            } else if (spins < SPINS) {
                ++spins;
                relax();
            } else {
                const uint64_t seen = tickets;
                if (!any_left(seen) && !stopping) tickets.wait(seen);
                spins = 0;
            }
        }
    }
};

Pool::Pool(int most_threads) : threads(new Threads) {
    Threads& t = *threads;
    t.others = new pthread_t[most_threads];
    auto begin = [](void* threads) -> void* {
        static_cast<Threads*>(threads)->work();
        return nullptr;
    };
    while (t.n_others + 1 < most_threads &&
           pthread_create(&t.others[t.n_others], nullptr, begin, &t) == 0)
        ++t.n_others;
}

Pool::~Pool() {
    Threads& t = *threads;
    t.stopping = true;
    t.tickets.fetch_add(uint64_t(1) << 32);
    t.tickets.notify_all();
    for (int i = 0; i < t.n_others; ++i) pthread_join(t.others[i], nullptr);
    delete[] t.others;
    delete threads;
}

bool Pool::helped() const { return threads->n_others > 0 && threads->alone == 0; }

void Pool::run(int n, Call call, const void* job) {
    if (n > 1 && n < MOST && helped()) {
        start(n, call, job);
        finish();
    } else {
        for (int i = 0; i < n; ++i) call(job, i);
        if (threads->alone > 0) --threads->alone;
    }
}

void Pool::start(int n, Call call, const void* job) {
    Threads& t = *threads;
    t.call = call;
    t.job = job;
    t.to_do = n;
    const uint64_t round = (t.tickets.load() >> 32) + 1;
    t.tickets = round << 32 | uint64_t(n) << 16;
    t.tickets.notify_all();
}

void Pool::finish() {
    Threads& t = *threads;
    const double start = now();
    int n_own = 0;
    while (t.take(true)) ++n_own;
    const double own = now() - start;
    for (int spins = 0; int left = t.to_do; ++spins) {
        if (spins < SPINS) relax();
        else t.to_do.wait(left);
    }
    const double waited = now() - start - own;
    if (waited > 2 * own / (n_own ? n_own : 1) + PATIENCE) t.alone = ROUNDS_ALONE;
}

}  // namespace fastslow
