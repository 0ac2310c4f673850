// A few threads that share out numbered jobs and never hold up the caller.
//
// POSIX threads and the compiler's atomic operations: the headers of C++'s own would take longer to
// compile than the kernel.

#pragma once

#include <pthread.h>
#include <stdint.h>
#include <time.h>

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

// A number that all threads see change at once; on a cache line of its own.
template <class T>
class alignas(64) Shared {
   public:
    T read() const { return __atomic_load_n(&value, __ATOMIC_SEQ_CST); }
    void write(T x) { __atomic_store_n(&value, x, __ATOMIC_SEQ_CST); }
    T subtract(T x) { return __atomic_sub_fetch(&value, x, __ATOMIC_SEQ_CST); }
    // Change `seen` into `next`; if another thread was faster, false, and `seen` is what it wrote.
    bool change(T& seen, T next) {
        return __atomic_compare_exchange_n(&value, &seen, next, true, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
    }

   private:
    T value = 0;
};

// Threads asleep until something holds.
class Bed {
   public:
    template <class Condition>
    void sleep_until(Condition holds) {
        pthread_mutex_lock(&mutex);
        n_asleep.write(n_asleep.read() + 1);
        while (!holds()) pthread_cond_wait(&change, &mutex);
        n_asleep.write(n_asleep.read() - 1);
        pthread_mutex_unlock(&mutex);
    }

    // To be called after each change that may make it hold.
    void wake() {
        if (n_asleep.read() == 0) return;
        pthread_mutex_lock(&mutex);
        pthread_cond_broadcast(&change);
        pthread_mutex_unlock(&mutex);
    }

   private:
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t change = PTHREAD_COND_INITIALIZER;
    Shared<int> n_asleep;
};

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
        stopping.write(1);
        idle.wake();
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
        to_do.write(n);
        tickets.write(((tickets.read() >> 32) + 1) << 32 | uint64_t(n) << 16);
        idle.wake();
    }

    // Do what is left and wait for what others have begun.
    void finish() {
        const double start = now();
        int n_own = 0;
        while (take(true)) ++n_own;
        const double own = now() - start;
        for (int spins = 0; to_do.read(); ++spins) {
            if (spins < SPINS) relax();
            else done.sleep_until([this] { return to_do.read() == 0; });
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
        uint64_t seen = tickets.read();
        while (any_left(seen)) {
            const uint64_t job = last ? end_left(seen) - 1 : first_left(seen);
            if (tickets.change(seen, last ? seen - (uint64_t(1) << 16) : seen + 1)) {
                current(current_job, int(job));
                if (to_do.subtract(1) == 0) done.wake();
                return true;
            }
        }
        return false;
    }

    void work() {
        for (int spins = 0; !stopping.read();) {
            if (take(false)) {
                spins = 0;
            } else if (spins < SPINS) {
                ++spins;
                relax();
            } else {
                idle.sleep_until([this] { return any_left(tickets.read()) || stopping.read(); });
                spins = 0;
            }
        }
    }

    Shared<uint64_t> tickets;
    Shared<int> to_do, stopping;
    Bed idle, done;
    void (*current)(const void* job, int index) = nullptr;
    const void* current_job = nullptr;
    int alone = 0;  // rounds left without the others
    int n_others = 0;
    pthread_t* threads;
};

}  // namespace fastslow
