// A few threads that share out numbered jobs and never hold up the caller.
//
// POSIX threads: the headers of C++'s own would take as long to compile as the kernel.

#pragma once

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include <atomic>

namespace fastslow {

inline void relax() {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

inline double now() {  // microseconds
    timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e6 * double(t.tv_sec) + 1e-3 * double(t.tv_nsec);
}

// The caller works too, and takes every job that no other thread has begun, so a thread that the
// machine gives no time to holds up nothing. It takes the last jobs first and the other threads the
// first, so that from round to round each meets the same jobs, whose data lie in its own cache. If
// one loses its processor in the middle of a job, the caller has to wait; it then works alone for a
// while. Threads look out for work for a moment, then sleep.
class Pool {
   public:
    explicit Pool(int most_threads) {
        threads = new pthread_t[most_threads];
        auto begin = [](void* pool) -> void* {
            static_cast<Pool*>(pool)->work();
            return nullptr;
        };
        while (n_others + 1 < most_threads &&
               pthread_create(&threads[n_others], nullptr, begin, this) == 0)
            ++n_others;
    }

    ~Pool() {
        stopping = true;
        tickets.fetch_add(uint64_t(1) << 32);
        tickets.notify_all();
        for (int i = 0; i < n_others; ++i) pthread_join(threads[i], nullptr);
        delete[] threads;
    }

    // Whether there is another thread to count on.
    bool helped() const { return n_others > 0 && alone == 0; }

    // Call job(0) ... job(n - 1), in any order and on any thread.
    template <class Job>
    void run(int n, const Job& job) {
        if (n > 1 && n < MOST && helped()) {
            start(n, job);
            finish();
        } else {
            for (int i = 0; i < n; ++i) job(i);
            if (alone > 0) --alone;
        }
    }

    // Let the other threads begin; every start needs a finish before anything else, and `job` has to
    // last until then.
    template <class Job>
    void start(int n, const Job& job) {
        current = [](const void* job, int i) { (*static_cast<const Job*>(job))(i); };
        current_job = &job;
        to_do = n;
        const uint64_t round = (tickets.load() >> 32) + 1;
        tickets = round << 32 | uint64_t(n) << 16;
        tickets.notify_all();
    }

    // Do what is left and wait for what others have begun.
    void finish() {
        const double start = now();
        int n_own = 0;
        while (take(true)) ++n_own;
        const double own = now() - start;
        for (int spins = 0; int left = to_do; ++spins) {
            if (spins < SPINS) relax();
            else to_do.wait(left);
        }
        const double waited = now() - start - own;
        if (waited > 2 * own / (n_own ? n_own : 1) + PATIENCE) alone = ROUNDS_ALONE;
    }

   private:
    static constexpr double PATIENCE = 100;  // microseconds
    static constexpr int ROUNDS_ALONE = 200;
    static constexpr int SPINS = 2000;  // about 100 microseconds, longer than a step of most tasks
    static constexpr int MOST = 1 << 16;

    // `tickets` holds, from the low bits, the first job left, the end of those left, and the round,
    // so that a late thread cannot take a job of another round.
    static uint64_t first_left(uint64_t seen) { return seen & 0xffff; }
    static uint64_t end_left(uint64_t seen) { return seen >> 16 & 0xffff; }
    static bool any_left(uint64_t seen) { return first_left(seen) < end_left(seen); }

    // Take a job, the last or the first, and do it; false if none is left.
    bool take(bool last) {
        uint64_t seen = tickets;
        while (any_left(seen)) {
            const uint64_t job = last ? end_left(seen) - 1 : first_left(seen);
            if (tickets.compare_exchange_weak(seen, last ? seen - (uint64_t(1) << 16) : seen + 1)) {
                current(current_job, int(job));
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

    // Each on a cache line of its own.
    alignas(64) std::atomic<uint64_t> tickets{0};
    alignas(64) std::atomic<int> to_do{0};
    alignas(64) std::atomic<bool> stopping{false};
    void (*current)(const void* job, int index) = nullptr;
    const void* current_job = nullptr;
    int alone = 0;  // rounds left without the others
    int n_others = 0;
    pthread_t* threads;
};

}  // namespace fastslow
